using System.Globalization;
using LockNGen.TestSupport;

namespace LockNGen.ComfyUiWatcher.Tests.Kit;

/// <summary>A simulated ComfyUI in a separate process, and another one at the same address after it was killed.</summary>
internal sealed class FarmServer
{
    private readonly Dictionary<string, string> _settings;

    public FarmServer(string name, string version, int stepMilliseconds)
    {
        Name = name;
        _settings = new Dictionary<string, string>
        {
            ["Simulator__Version"] = version,
            ["Simulator__StepMilliseconds"] = stepMilliseconds.ToString(CultureInfo.InvariantCulture),
        };
        Process = ServiceProcess.Start("LockNGen.ComfyUiSimulator", _settings);
        Control = new SimulatorControl(Process.Http);
    }

    public string Name { get; }

    public ServiceProcess Process { get; private set; }

    public SimulatorControl Control { get; private set; }

    /// <summary>Starts it again after its death; it remembers nothing.</summary>
    public async Task RestartAsync()
    {
        var port = Process.Url.Port;
        await Process.DisposeAsync();
        Process = ServiceProcess.Start("LockNGen.ComfyUiSimulator", _settings, port);
        Control = new SimulatorControl(Process.Http);
    }
}
