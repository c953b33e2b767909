using System.Diagnostics.Metrics;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>Measurements of the instances, taken at each collection.</summary>
internal static class InstanceGauges
{
    public static void Register(Meter meter, InstanceDirectory directory)
    {
        meter.CreateObservableGauge(
            "lockngen.comfyui.up", () => Measure(i => i.State == InstanceState.Up ? 1 : 0), description: "1 while the instance works");
        meter.CreateObservableGauge(
            "lockngen.comfyui.needs_restart", () => Measure(i => i.State == InstanceState.NeedsRestart ? 1 : 0),
            description: "1 while the instance answers, but only a restart helps");
        meter.CreateObservableGauge(
            "lockngen.comfyui.busy", () => Measure(i => i.IsBusy ? 1 : 0), description: "1 while the instance runs a prompt");
        meter.CreateObservableGauge("lockngen.comfyui.queue", () => Measure(i => i.QueueRemaining), description: "Prompts waiting and running");

        IEnumerable<Measurement<int>> Measure(Func<ComfyUiInstance, int> value) =>
            directory.All.Select(i => new Measurement<int>(value(i), new KeyValuePair<string, object?>(WatcherMetrics.Instance, i.Name)));
    }
}
