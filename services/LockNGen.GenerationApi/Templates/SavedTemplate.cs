namespace LockNGen.GenerationApi.Templates;

/// <summary>A usable template: one from a file, or a version of a saved one.</summary>
internal sealed record SavedTemplate(Template Template)
{
    /// <summary>0 for files.</summary>
    public int Version { get; init; }
    public string? Owner { get; init; }
    public bool IsPublic { get; init; } = true;

    /// <summary>Its place in the list; smaller ones first.</summary>
    public int Order { get; init; } = Template.Order;
    public string? Picture { get; init; }

    public bool IsFile => Version == 0;
}
