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
    /// The longest answer of one server that is read, its queue or history with the workflows in it; these pass through and are not kept. Bytes, default 256 MiB.
    /// </summary>
    [Range(1 << 20, int.MaxValue)]
    public int MaxAnswerBytes { get; set; } = 256 << 20;

    /// <summary>What may be kept of such an answer: ids, states, results. Bytes, default 8 MiB, enough for a queue of 20,000 prompts.</summary>
    [Range(64 << 10, 1 << 30)]
    public int MaxKeptBytes { get; set; } = 8 << 20;

    /// <summary>The largest catalog of nodes and models (<c>/object_info</c>). Bytes, default 64 MiB; a server with many custom nodes has 10.</summary>
    [Range(1 << 20, 1 << 30)]
    public int MaxCatalogBytes { get; set; } = 64 << 20;

    /// <summary>
    /// The largest frame of a socket, which is a preview or an image that goes through it. Larger ones are passed over and counted as malformed. Bytes, default
    /// 64 MiB.
    /// </summary>
    [Range(64 << 10, 1 << 30)]
    public int MaxFrameBytes { get; set; } = 64 << 20;

    /// <summary>How often what the socket says is compared with what HTTP says. Default 2 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:00:10")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a server may be away before what it was rendering is given up. Default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan LostAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a server may neither answer nor send before it counts as frozen, and a socket be silent during a run before it is renewed; a
    /// tenth of it beyond the pause between its frames is enough where that costs nothing. Default 10 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.200", "00:05:00")]
    public TimeSpan SilentAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a prompt may ignore an interrupt, or prompts may wait with none being started, while nothing at all moves on the server (its
    /// socket, queue and log), before its worker counts as dead. Default 2 minutes; never more than <see cref="StalledAfter"/>.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan DeadAfter { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long one node may work without a word, also in the server's log, before it is interrupted. Default 30 minutes: loading,
    /// upscaling and video nodes say nothing for a long time.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan StalledAfter { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How long a prompt of ours that nobody claims may stay in a server's queue before it is stopped. Default 20 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan OrphanedAfter { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How often the catalog of nodes and models is read again. Default 5 minutes.</summary>
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
    /// Types of custom nodes' own events that are passed on as <c>generation.custom</c>, for example <c>my_node.feedback</c>. What they carry
    /// reaches whoever may see the generation. Default: none.
    /// </summary>
    public IList<string> CustomEvents { get; } = [];

    /// <summary>Whether prompts that others submitted (ComfyUI's own page, scripts) become events too: their start and their outcome. Default true.</summary>
    public bool WatchOthers { get; set; } = true;

    /// <summary>
    /// The files of their outcomes: <c>Address</c> (default) lists where ComfyUI has them, <c>Fetch</c> keeps them like results of generations,
    /// <c>None</c> lists none.
    /// </summary>
    public OthersResults OthersResults { get; set; }
}
