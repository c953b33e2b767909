using System.Diagnostics.Metrics;

namespace LockNGen.GenerationApi.Generations;

/// <summary>The meter <see cref="Diagnostics.Name"/>.</summary>
internal sealed class GenerationMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _submitted;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _dispatched;
    private readonly Counter<long> _takenBack;
    private readonly Histogram<double> _wait;
    private readonly Histogram<double> _waitError;
    private readonly Histogram<double> _pass;

    public GenerationMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(Diagnostics.Name);
        _submitted = _meter.CreateCounter<long>("lockngen.generations.submitted", "{generation}", "Accepted submissions.");
        _ended = _meter.CreateCounter<long>("lockngen.generations.ended", "{generation}", "Recorded outcomes, by type.");
        _dispatched = _meter.CreateCounter<long>("lockngen.generations.dispatched", "{generation}", "Offers of work to watchers.");
        _takenBack = _meter.CreateCounter<long>("lockngen.generations.taken_back", "{generation}", "Work that came back, by cause.");
        _wait = _meter.CreateHistogram<double>("lockngen.generations.wait", "s", "Time from submission to start.");
        _waitError = _meter.CreateHistogram<double>("lockngen.generations.wait_estimate_error", "s", "Estimated minus actual time from submission to start.");
        _pass = _meter.CreateHistogram<double>("lockngen.scheduler.pass", "s", "Duration of a scheduling pass.");
    }

    public void Accepted(string? template) => _submitted.Add(1, new KeyValuePair<string, object?>("template", template ?? "workflow"));

    public void Dispatched(string instance) => _dispatched.Add(1, new KeyValuePair<string, object?>("comfyui.instance", instance));

    public void CameBack(string cause) => _takenBack.Add(1, new KeyValuePair<string, object?>("cause", cause));

    public void Ended(string type, GenerationRow row) => _ended.Add(
        1, new KeyValuePair<string, object?>("type", type), new KeyValuePair<string, object?>("comfyui.instance", row.Instance ?? ""));

    public void Started(GenerationRow row)
    {
        var waited = (row.StartedAt!.Value - row.CreatedAt).TotalSeconds;
        _wait.Record(waited);
        _waitError.Record(row.EstimatedWaitSeconds - waited);
    }

    public void SchedulingPass(TimeSpan duration) => _pass.Record(duration.TotalSeconds);

    /// <summary>The numbers of the queue, read when they are collected.</summary>
    public void ObserveQueue(int limit, Func<QueueNumbers> read)
    {
        _meter.CreateObservableGauge("lockngen.queue.limit", () => limit, "{generation}", "How many may wait (Queue:MaxDepth).");
        _meter.CreateObservableGauge("lockngen.queue.waiting", () => read().Waiting, "{generation}", "Generations that wait.");
        _meter.CreateObservableGauge("lockngen.queue.active", () => read().Active, "{generation}", "Generations that are dispatched or running.");
        _meter.CreateObservableGauge("lockngen.queue.oldest_age", () => read().OldestAge, "s", "Age of the oldest waiting generation; 0 when none waits.");
        _meter.CreateObservableGauge("lockngen.outbox.waiting", () => read().Outbox, "{event}", "Events not yet confirmed by the broker.");
        _meter.CreateObservableGauge("lockngen.outbox.parked", () => read().Parked, "{event}", "Events that cannot be read and wait for an operator.");
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
