using System.ComponentModel.DataAnnotations;

namespace LockNGen.GenerationApi;

/// <summary>Where the API is reached. Section <c>GenerationApi</c>.</summary>
public sealed class GenerationApiOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "GenerationApi";

    /// <summary>Where watchers reach it to deliver images and fetch inputs. Default http://127.0.0.1:5081.</summary>
    [Required]
    [Url]
    public string InternalUrl { get; set; } = "http://127.0.0.1:5081";

    /// <summary>Where clients reach the edge, for absolute addresses in answers and events. Default: none, addresses are relative.</summary>
    [Url]
    public string? PublicUrl { get; set; }

    /// <summary>The largest submission, in bytes. Default 8 MiB.</summary>
    [Range(1024, 1L << 30)]
    public long MaxRequestBytes { get; set; } = 8L << 20;

    /// <summary>A directory of further templates; one with the name of a shipped template replaces it. Default: none.</summary>
    public string? TemplatesPath { get; set; }
}
