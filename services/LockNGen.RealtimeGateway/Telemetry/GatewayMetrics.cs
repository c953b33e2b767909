using System.Diagnostics.Metrics;

namespace LockNGen.RealtimeGateway.Telemetry;

/// <summary>The gateway's metrics. Names follow OpenTelemetry's conventions; HTTP, Kestrel and runtime figures come from the framework's own meters.</summary>
internal sealed class GatewayMetrics
{
    public const string MeterName = "LockNGen.RealtimeGateway";

    private static readonly double[] LatencySeconds = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

    private readonly UpDownCounter<long> _connections;
    private readonly UpDownCounter<long> _subscriptions;
    private readonly Counter<long> _received;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _unreadable;
    private readonly Counter<long> _deliveries;
    private readonly Counter<long> _conflated;
    private readonly Counter<long> _closed;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _resumes;
    private readonly Counter<long> _holes;
    private readonly UpDownCounter<long> _partitions;
    private readonly UpDownCounter<long> _ringBytes;
    private readonly Counter<long> _ringShed;
    private readonly Histogram<double> _latency;
    private readonly TimeProvider _clock;

    public GatewayMetrics(IMeterFactory meters, TimeProvider clock)
    {
        _clock = clock;
        var meter = meters.Create(MeterName);
        _connections = meter.CreateUpDownCounter<long>("lockngen.gateway.connections", "{connection}", "Open client connections");
        _subscriptions = meter.CreateUpDownCounter<long>("lockngen.gateway.subscriptions", "{subscription}", "Generations watched, and connections that watch all");
        _received = meter.CreateCounter<long>("lockngen.gateway.events.received", "{event}", "Events taken from the broker");
        _duplicates = meter.CreateCounter<long>("lockngen.gateway.events.duplicate", "{event}", "Events that had been seen before");
        _unreadable = meter.CreateCounter<long>("lockngen.gateway.events.unreadable", "{event}", "Messages that are not events");
        _deliveries = meter.CreateCounter<long>("lockngen.gateway.deliveries", "{message}", "Messages written to clients");
        _conflated = meter.CreateCounter<long>("lockngen.gateway.deliveries.conflated", "{message}", "Superseded progress that slow clients did not get");
        _closed = meter.CreateCounter<long>("lockngen.gateway.connections.closed", "{connection}", "Connections that the server closed, by close code");
        _rejected = meter.CreateCounter<long>("lockngen.gateway.connections.rejected", "{connection}", "Connections refused before the upgrade, by reason");
        _resumes = meter.CreateCounter<long>("lockngen.gateway.resumes", "{resume}", "Cursors with which clients resumed, by outcome: hit or miss");
        _holes = meter.CreateCounter<long>("lockngen.gateway.holes", "{hole}", "Holes in what the broker delivered, by outcome: repaired or lost");
        _partitions = meter.CreateUpDownCounter<long>("lockngen.gateway.partitions", "{partition}", "Partitions of progress that the queue is bound to, of 256");
        _ringBytes = meter.CreateUpDownCounter<long>("lockngen.gateway.ring.size", "By", "Bytes that rings and previews hold");
        _ringShed = meter.CreateCounter<long>("lockngen.gateway.ring.shed", "{generation}", "Generations dropped early for lack of memory");
        _latency = meter.CreateHistogram(
            "lockngen.gateway.latency", "s", "From ComfyUI's frame at the watcher to the write to the client",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = LatencySeconds });
    }

    public void Connected(string transport) => _connections.Add(1, new KeyValuePair<string, object?>("transport", transport));

    public void Disconnected(string transport) => _connections.Add(-1, new KeyValuePair<string, object?>("transport", transport));

    public void Subscribed(int change) => _subscriptions.Add(change);

    public void Received() => _received.Add(1);

    public void Duplicate() => _duplicates.Add(1);

    public void Unreadable() => _unreadable.Add(1);

    public void Conflated(int count) => _conflated.Add(count);

    public void Closed(int code) => _closed.Add(1, new KeyValuePair<string, object?>("code", code));

    public void Rejected(string reason) => _rejected.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Resumed(bool hit) => _resumes.Add(1, new KeyValuePair<string, object?>("outcome", hit ? "hit" : "miss"));

    public void Hole(bool repaired) => _holes.Add(1, new KeyValuePair<string, object?>("outcome", repaired ? "repaired" : "lost"));

    public void Partitions(int change) => _partitions.Add(change);

    public void RingBytes(long change) => _ringBytes.Add(change);

    public void RingShed() => _ringShed.Add(1);

    /// <summary>Messages sent in one write, the newest last.</summary>
    public void Delivered(int messages, long receivedAt)
    {
        _deliveries.Add(messages);
        if (receivedAt == 0 || !_latency.Enabled)
            return;
        var now = (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMicroseconds;
        _latency.Record(Math.Max(0, now - receivedAt) / 1_000_000);
    }
}
