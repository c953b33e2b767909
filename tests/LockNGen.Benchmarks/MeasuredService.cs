using System.Diagnostics;
using System.Globalization;
using LockNGen.TestSupport;

namespace LockNGen.Benchmarks;

/// <summary>What a service's process has spent so far, and how much of it on compiling its own code, which ends some minutes after its start.</summary>
internal sealed class MeasuredService(int id, Uri metrics) : IDisposable
{
    /// <summary>A metric of .NET's runtime, as Prometheus is given it.</summary>
    private const string CompilationTime = "dotnet_jit_compilation_time_seconds_total";

    private readonly Process _process = Process.GetProcessById(id);
    private readonly HttpClient _http = new();

    /// <summary>Seconds of CPU that a process has spent so far.</summary>
    public static double CpuOf(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime.TotalSeconds;
    }

    /// <summary>Has the service serve its metrics on a free port.</summary>
    /// <returns>Their address.</returns>
    public static Uri Expose(Dictionary<string, string> settings)
    {
        var port = FreePorts.Take().ToString(CultureInfo.InvariantCulture);
        settings["OTEL_METRICS_EXPORTER"] = "prometheus";
        settings["OTEL_TRACES_EXPORTER"] = "none";
        settings["OTEL_LOGS_EXPORTER"] = "none";
        settings["OTEL_EXPORTER_PROMETHEUS_PORT"] = port;
        return new Uri($"http://127.0.0.1:{port}/metrics");
    }

    /// <summary>Seconds of CPU.</summary>
    public double Cpu => CpuOf(_process);

    /// <summary>Seconds that the compiler took.</summary>
    public async Task<double> CompilingAsync()
    {
        var lines = (await _http.GetStringAsync(metrics)).Split('\n');
        var line = Array.Find(lines, l => l.StartsWith(CompilationTime, StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"{metrics} has no {CompilationTime}.");
        // The value, and the time of it if there is one, follow the name and its labels.
        var value = line[(line.IndexOf('}', StringComparison.Ordinal) is >= 0 and var end ? end + 1 : CompilationTime.Length)..].Trim().Split(' ')[0];
        return double.Parse(value, CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _process.Dispose();
        _http.Dispose();
    }
}
