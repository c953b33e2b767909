namespace LockNGen.ComfyUiWatcher.Options;

/// <summary>What is reported about the files of other people's prompts.</summary>
public enum OthersResults
{
    /// <summary>Their addresses at ComfyUI, which not everyone may reach.</summary>
    Address,

    /// <summary>They are fetched and kept like results of generations.</summary>
    Fetch,

    /// <summary>Nothing.</summary>
    None,
}
