using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace LockNGen.GenerationApi.Generations;

/// <summary>Traces and metrics, all named LockNGen.GenerationApi.</summary>
internal static class Diagnostics
{
    public const string Name = "LockNGen.GenerationApi";

    public static readonly ActivitySource Activities = new(Name);

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Submitted = Meter.CreateCounter<long>("lockngen.generations.submitted", "{generation}", "Accepted submissions.");
    private static readonly Counter<long> EndedCount = Meter.CreateCounter<long>("lockngen.generations.ended", "{generation}", "Recorded outcomes, by type.");
    private static readonly Counter<long> Dispatches = Meter.CreateCounter<long>("lockngen.generations.dispatched", "{generation}", "Offers of work to watchers.");
    private static readonly Counter<long> TakenBack = Meter.CreateCounter<long>("lockngen.generations.taken_back", "{generation}", "Work that came back, by cause.");
    private static readonly Histogram<double> Wait = Meter.CreateHistogram<double>("lockngen.generations.wait", "s", "Time from submission to start.");
    private static readonly Histogram<double> WaitError = Meter.CreateHistogram<double>(
        "lockngen.generations.wait_estimate_error", "s", "Estimated minus actual time from submission to start.");
    private static readonly Histogram<double> DispatchDelay = Meter.CreateHistogram<double>(
        "lockngen.scheduler.pass", "s", "Duration of a scheduling pass.");

    public static void Accepted(string? template) =>
        Submitted.Add(1, new KeyValuePair<string, object?>("template", template ?? "workflow"));

    public static void Dispatched(string instance) => Dispatches.Add(1, new KeyValuePair<string, object?>("comfyui.instance", instance));

    public static void CameBack(string cause) => TakenBack.Add(1, new KeyValuePair<string, object?>("cause", cause));

    public static void Ended(string type, GenerationRow row) => EndedCount.Add(
        1, new KeyValuePair<string, object?>("type", type), new KeyValuePair<string, object?>("comfyui.instance", row.Instance ?? ""));

    public static void Started(GenerationRow row)
    {
        var waited = (row.StartedAt!.Value - row.CreatedAt).TotalSeconds;
        Wait.Record(waited);
        WaitError.Record(row.EstimatedWaitSeconds - waited);
    }

    public static void SchedulingPass(TimeSpan duration) => DispatchDelay.Record(duration.TotalSeconds);

    /// <summary>The numbers of the queue, read when they are collected.</summary>
    public static void ObserveQueue(int limit, Func<QueueNumbers> read)
    {
        Meter.CreateObservableGauge("lockngen.queue.limit", () => limit, "{generation}", "How many may wait (Queue:MaxDepth).");
        Meter.CreateObservableGauge("lockngen.queue.waiting", () => read().Waiting, "{generation}", "Generations that wait.");
        Meter.CreateObservableGauge("lockngen.queue.active", () => read().Active, "{generation}", "Generations that are dispatched or running.");
        Meter.CreateObservableGauge("lockngen.queue.oldest_age", () => read().OldestAge, "s", "Age of the oldest waiting generation; 0 when none waits.");
        Meter.CreateObservableGauge("lockngen.outbox.waiting", () => read().Outbox, "{event}", "Events not yet confirmed by the broker.");
        Meter.CreateObservableGauge("lockngen.outbox.parked", () => read().Parked, "{event}", "Events that cannot be read and wait for an operator.");
    }
}

/// <summary>How full the queue is.</summary>
internal sealed record QueueNumbers
{
    public long Waiting { get; init; }
    public long Active { get; init; }
    public long Outbox { get; init; }
    public long Parked { get; init; }
    public double OldestAge { get; init; }
}
