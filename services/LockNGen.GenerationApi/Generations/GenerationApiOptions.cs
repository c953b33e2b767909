using System.ComponentModel.DataAnnotations;

namespace LockNGen.GenerationApi.Generations;

/// <summary>Where the API can be reached. Section <c>GenerationApi</c>.</summary>
public sealed class GenerationApiOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "GenerationApi";

    /// <summary>
    /// Where watchers reach it to deliver images and fetch inputs. Default: the address that the service listens on, as seen from the same
    /// machine; watchers elsewhere need a different one.
    /// </summary>
    [Url]
    public string? InternalUrl { get; set; }

    /// <summary>The public address, for absolute addresses in answers and events. Default: none, addresses are relative.</summary>
    [Url]
    public string? PublicUrl { get; set; }

    /// <summary>
    /// How long <c>POST /generate</c> waits for the images; after that it answers 202 with the id and where to follow it. Keep it below the read
    /// timeouts of the proxies in front (the edge's is 660 seconds). Default 10 minutes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan BlockingTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The largest submission, in bytes. Default 8 MiB.</summary>
    [Range(1024, 1L << 30)]
    public long MaxRequestBytes { get; set; } = 8L << 20;

    /// <summary>The largest file that a workflow is imported from, in bytes; it is read into memory. Default 64 MiB.</summary>
    [Range(1024, 1L << 30)]
    public long MaxImportBytes { get; set; } = 64L << 20;

    /// <summary>Whether <c>/docs</c> serves an interactive page of the API. Default true.</summary>
    public bool DocsPage { get; set; } = true;

    /// <summary>
    /// Whether <c>/docs</c> lists the webhook notifier's document, <c>/api/webhooks/openapi.json</c>, as well: for an installation whose edge
    /// leads there to a notifier. Default false.
    /// </summary>
    public bool WebhooksDocument { get; set; }

    /// <summary>A directory of additional templates; one with the name of a shipped template replaces it. Default: none.</summary>
    public string? TemplatesPath { get; set; }
}
