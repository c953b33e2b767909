using System.ComponentModel.DataAnnotations;

namespace LockNGen.GenerationApi.Templates;

/// <summary>How many templates people may save, and how large. Section <c>Templates</c>.</summary>
public sealed class TemplateOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Templates";

    /// <summary>Templates of one owner. Default 200.</summary>
    [Range(0, 100_000)]
    public int MaxPerOwner { get; set; } = 200;

    /// <summary>The largest template, in bytes of JSON, its picture included. Default 1 MiB.</summary>
    [Range(1024, 64 << 20)]
    public int MaxBytes { get; set; } = 1 << 20;

    /// <summary>Versions of one template; beyond it the oldest are deleted. Default 100.</summary>
    [Range(1, 10_000)]
    public int MaxVersions { get; set; } = 100;
}
