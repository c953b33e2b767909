using System.ComponentModel.DataAnnotations;

namespace LockNGen.ComfyUiSimulator;

/// <summary>Configuration section <c>Simulator</c> (environment: <c>Simulator__StepMilliseconds=0</c>; command line: <c>--Simulator:Version=A</c>).</summary>
public sealed class SimulatorOptions
{
    public const string Section = "Simulator";

    /// <summary>The version imitated where versions differ. Default B.</summary>
    [EnumDataType(typeof(ComfyUiVersion))]
    public ComfyUiVersion Version { get; set; } = ComfyUiVersion.B;

    /// <summary>Duration of one sampler step in milliseconds. Default 100; 0 runs as fast as the machine allows.</summary>
    [Range(0, 600_000)]
    public int StepMilliseconds { get; set; } = 100;

    /// <summary>Duration of a node without steps, by class type, in milliseconds, e.g. <c>NodeMilliseconds:VAEDecode=400</c>. Default 0.</summary>
    public Dictionary<string, int> NodeMilliseconds { get; } = [];

    /// <summary>Whether samplers send latent previews (the server flag <c>--preview-method</c>). Default true.</summary>
    public bool Previews { get; set; } = true;

    /// <summary>The longer side of a preview in pixels (the server flag <c>--preview-size</c>). Default 512.</summary>
    [Range(16, 4096)]
    public int PreviewSize { get; set; } = 512;

    /// <summary>Model files that CheckpointLoaderSimple offers. Left empty, three well-known names.</summary>
    public List<string> Checkpoints { get; } = [];

    /// <summary>Class types that raise a <c>ValueError</c> when they run.</summary>
    public List<string> FailingNodes { get; } = [];

    /// <summary>Class types that run out of memory when they run.</summary>
    public List<string> OutOfMemoryNodes { get; } = [];

    /// <summary>Whether the server has all classes of ComfyUI 0.33.0 and well-known model files, not only those that most tests need. Default false; <c>./run</c> sets true.</summary>
    public bool AllClasses { get; set; }

    /// <summary>File with the <c>/object_info</c> of a live server, whose node classes then exist instead of the simulator's own. Default: none.</summary>
    public string? Catalog { get; set; }

    /// <summary>Folder that holds <c>input</c>, <c>output</c> and <c>temp</c>. Default: none, files are kept in memory.</summary>
    public string? Directory { get; set; }

    /// <summary>Limit of the files kept in memory, in megabytes; the oldest are dropped first. Default 512.</summary>
    [Range(1, 65_536)]
    public int MaxFilesMegabytes { get; set; } = 512;

    /// <summary>Largest upload in megabytes (the server flag <c>--max-upload-size</c>). Default 100.</summary>
    [Range(1, 1024)]
    public int MaxUploadMegabytes { get; set; } = 100;

    /// <summary>Pixels of one batch beyond which sampling runs out of memory, in megapixels. Default 64.</summary>
    [Range(1, 1024)]
    public int MaxBatchMegapixels { get; set; } = 64;

    /// <summary>How long Python's garbage collection delays the frames at the end of a prompt (the first, then at most every 10 s). Default 0.</summary>
    [Range(0, 60_000)]
    public int GarbageCollectionMilliseconds { get; set; }

    /// <summary>Whether the server numbers prompts itself, ignoring the id sent with them, as old servers and some proxies do. Default false.</summary>
    public bool OwnPromptIds { get; set; }

    /// <summary>The server flag <c>--enable-cors-header</c>: disables the Origin check and is sent with every response. Default: none.</summary>
    public string? CorsHeader { get; set; }
}
