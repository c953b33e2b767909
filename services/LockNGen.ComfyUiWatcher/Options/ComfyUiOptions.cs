using System.ComponentModel.DataAnnotations;

namespace LockNGen.ComfyUiWatcher.Options;

/// <summary>The ComfyUI servers and how they are treated. Section <c>ComfyUi</c>.</summary>
public sealed class ComfyUiOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "ComfyUi";

    /// <summary>Servers by address. With neither these nor <see cref="Discovery"/>: one at <c>http://127.0.0.1:8188</c>.</summary>
    public IList<ComfyUiInstanceOptions> Instances { get; } = [];

    /// <summary>Servers behind DNS names that change, such as a headless service in Kubernetes.</summary>
    public IList<ComfyUiDiscoveryOptions> Discovery { get; } = [];

    /// <summary>How long a small HTTP call may take; files and catalogs get twelve times as long. Default 4 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>
    /// The longest answer that is read from a server: its queue or history, including workflows, which are skipped and not kept. Bytes, default 256 MiB.
    /// </summary>
    [Range(1 << 20, int.MaxValue)]
    public int MaxAnswerBytes { get; set; } = 256 << 20;

    /// <summary>How much of such an answer may be kept: ids, states, results. Bytes, default 8 MiB, enough for a queue of 20,000 prompts.</summary>
    [Range(64 << 10, 1 << 30)]
    public int MaxKeptBytes { get; set; } = 8 << 20;

    /// <summary>The largest catalog of nodes and models (<c>/object_info</c>). Bytes, default 64 MiB; that of a server with many custom nodes has 10.</summary>
    [Range(1 << 20, 1 << 30)]
    public int MaxCatalogBytes { get; set; } = 64 << 20;

    /// <summary>
    /// The largest WebSocket frame, such as a preview or an image. Larger ones are skipped and counted as malformed. Bytes, default
    /// 64 MiB.
    /// </summary>
    [Range(64 << 10, 1 << 30)]
    public int MaxFrameBytes { get; set; } = 64 << 20;

    /// <summary>How often the state from the socket is compared with that from HTTP. Default 2 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:00:10")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a server may be unreachable before its renders are given up. Default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan LostAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a server may neither answer nor send before it counts as frozen, and how long a socket may be silent during a run before it is renewed; a
    /// tenth of it beyond the pause between its frames is enough where that costs nothing. Default 10 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.200", "00:05:00")]
    public TimeSpan SilentAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a prompt may ignore an interrupt, or prompts may wait with none being started, while nothing at all happens on the server (its
    /// socket, queue and log), before its worker counts as dead. Default 2 minutes; never more than <see cref="StalledAfter"/>.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan DeadAfter { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long one node may work without any output, including the server's log, before it is interrupted. Default 30 minutes: loading,
    /// upscaling and video nodes are silent for a long time.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan StalledAfter { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How long one of our prompts that no one claims may stay in a server's queue before it is stopped. Default 20 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan OrphanedAfter { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How often the catalog of nodes and models is refreshed. Default 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan CatalogInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Previews that each prompt asks for on servers that let it choose: <c>auto</c> (default), <c>latent2rgb</c>, <c>taesd</c>, <c>none</c>, or empty to leave
    /// it to the server's command line.
    /// </summary>
    [RegularExpression("auto|latent2rgb|taesd|none")]
    public string PreviewMethod { get; set; } = "auto";

    /// <summary>Whether finished files keep the workflow that ComfyUI writes into them. Default false.</summary>
    public bool KeepMetadata { get; set; }

    /// <summary>
    /// Types of custom nodes' own events that are published as <c>generation.custom</c>, for example <c>my_node.feedback</c>. Their content
    /// is visible to everyone who may see the generation. Default: none.
    /// </summary>
    public IList<string> CustomEvents { get; } = [];

    /// <summary>Whether the start and outcome of prompts submitted by others (ComfyUI's own page, scripts) are published as events too. Default true.</summary>
    public bool WatchOthers { get; set; } = true;

    /// <summary>
    /// The files of their outcomes: <c>Address</c> (default) lists their addresses in ComfyUI, <c>Fetch</c> keeps them like results of generations,
    /// <c>None</c> lists none.
    /// </summary>
    public OthersResults OthersResults { get; set; }
}
