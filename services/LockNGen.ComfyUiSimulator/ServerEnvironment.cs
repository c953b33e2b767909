using LockNGen.ComfyUiSimulator.Control;
using LockNGen.ComfyUiSimulator.Files;
using LockNGen.ComfyUiSimulator.Nodes;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyUiSimulator;

/// <summary>The environment of a server, which survives its restart: configuration, files, node classes, injected faults and the render log.</summary>
internal sealed class ServerEnvironment(
    IOptions<SimulatorOptions> options,
    NodeLibrary library,
    IFileStore files,
    SavedFileNames fileNames,
    Faults faults,
    RenderLog renders,
    TimeProvider clock,
    ILoggerFactory loggers)
{
    public SimulatorOptions Options { get; } = options.Value;

    public NodeLibrary Library { get; } = library;

    public ScriptedOutputs Scripts { get; } = new();

    public IFileStore Files { get; } = files;

    public SavedFileNames FileNames { get; } = fileNames;

    public Faults Faults { get; } = faults;

    public RenderLog Renders { get; } = renders;

    public TimeProvider Clock { get; } = clock;

    public ILoggerFactory Loggers { get; } = loggers;

    public bool IsVersionB => Options.Version == ComfyUiVersion.B;

    public long UnixMilliseconds() => Clock.GetUtcNow().ToUnixTimeMilliseconds();
}
