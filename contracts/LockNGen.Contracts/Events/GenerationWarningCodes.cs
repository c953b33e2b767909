namespace LockNGen.Contracts;

/// <summary>The values of <see cref="GenerationWarning.Code"/>; more may be added, so readers show the message of a code that they do not know.</summary>
public static class GenerationWarningCodes
{
    /// <summary>ComfyUI left an output out because it, or something before it, is not valid; the other outputs ran.</summary>
    public const string OutputLeftOut = "output_left_out";

    /// <summary>A result could not be fetched or is not what it claims to be; the others are complete.</summary>
    public const string ResultMissing = "result_missing";

    /// <summary>A node stopped its branch with a message (ComfyUI's ExecutionBlocker).</summary>
    public const string ExecutionBlocked = "execution_blocked";

    /// <summary>There were more results, text or bytes than the limits allow; the rest was left out.</summary>
    public const string ResultsCut = "results_cut";

    /// <summary>The prompt could not be removed from a file, which was stored unchanged.</summary>
    public const string MetadataKept = "metadata_kept";

    /// <summary>Nothing varies within the batch, so its prompts are identical.</summary>
    public const string NothingToVary = "nothing_to_vary";

    /// <summary>No instance lists a model that the workflow names in a place that ComfyUI does not check; the node decides what happens without it.</summary>
    public const string ModelNotListed = "model_not_listed";

    /// <summary>Live progress was not available; the result is complete.</summary>
    public const string NoLiveProgress = "no_live_progress";
}
