namespace LockNGen.ComfyUiWatcher.Options;

/// <summary>What is told of the files that other people's prompts make.</summary>
public enum OthersResults
{
    /// <summary>Where ComfyUI has them: its own address, which not everybody may reach.</summary>
    Address,

    /// <summary>They are fetched and kept like results of generations.</summary>
    Fetch,

    /// <summary>Nothing.</summary>
    None,
}
