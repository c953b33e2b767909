namespace LockNGen.Contracts;

/// <summary>The values of <see cref="GenerationWarning.Code"/>; more may come, so readers show the message of one that they do not know.</summary>
public static class GenerationWarningCodes
{
    /// <summary>ComfyUI left an output out because it, or something before it, is not valid; the other outputs ran.</summary>
    public const string OutputLeftOut = "output_left_out";

    /// <summary>A result could not be fetched or is not what it claims to be; the others are there.</summary>
    public const string ResultMissing = "result_missing";

    /// <summary>A node stopped its branch with a message (ComfyUI's ExecutionBlocker).</summary>
    public const string ExecutionBlocked = "execution_blocked";

    /// <summary>More results, text or bytes came than the limits allow; the rest was left out.</summary>
    public const string ResultsCut = "results_cut";

    /// <summary>The prompt could not be taken out of a file, which was stored as it is.</summary>
    public const string MetadataKept = "metadata_kept";

    /// <summary>The batch has nothing to vary, so its prompts are equal.</summary>
    public const string NothingToVary = "nothing_to_vary";

    /// <summary>No instance lists a model that the workflow names where ComfyUI does not look; what happens without it is the node's decision.</summary>
    public const string ModelNotListed = "model_not_listed";

    /// <summary>Live progress was not to be had; the result is complete.</summary>
    public const string NoLiveProgress = "no_live_progress";
}
