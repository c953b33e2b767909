using System.Diagnostics;
using System.Diagnostics.Metrics;
using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher;

/// <summary>The watcher's meter and trace source, both named <see cref="Name"/>.</summary>
internal sealed class WatcherMetrics : IDisposable
{
    public const string Name = "LockNGen.ComfyUiWatcher";

    /// <summary>The tag that names the ComfyUI server. Not "instance": in Prometheus that is the watcher itself.</summary>
    public const string Instance = "comfyui.instance";

    private readonly Counter<long> _frames;
    private readonly Counter<long> _malformed;
    private readonly Counter<long> _reconnects;
    private readonly Counter<long> _published;
    private readonly Counter<long> _superseded;
    private readonly Counter<long> _outcomes;
    private readonly UpDownCounter<long> _waiting;
    private readonly Histogram<double> _latency;

    public WatcherMetrics(IMeterFactory meters)
    {
        Meter = meters.Create(Name);
        _frames = Meter.CreateCounter<long>("lockngen.comfyui.frames", description: "Frames received, by kind");
        _malformed = Meter.CreateCounter<long>("lockngen.comfyui.frames.malformed", description: "Frames, and parts of frames, that could not be used");
        _reconnects = Meter.CreateCounter<long>("lockngen.comfyui.reconnects", description: "Sockets that ended");
        _published = Meter.CreateCounter<long>("lockngen.events.published", description: "Events confirmed by the broker, by type");
        _superseded = Meter.CreateCounter<long>("lockngen.events.superseded", description: "Progress replaced by newer before it was published");
        _outcomes = Meter.CreateCounter<long>("lockngen.generations.outcomes", description: "Attempts that ended, by outcome");
        _waiting = Meter.CreateUpDownCounter<long>("lockngen.outcomes.waiting", description: "Outcomes that the API has not taken yet");
        _latency = Meter.CreateHistogram<double>(
            "lockngen.events.latency", unit: "s", description: "From ComfyUI's frame to the broker's confirm");
    }

    public Meter Meter { get; }

    public ActivitySource Activities { get; } = new(Name);

    public void Received(string instance, ComfyUiMessage message) =>
        _frames.Add(1, new(Instance, instance), new("kind", message is OtherMessage ? "other" : message.GetType().Name));

    public void Malformed(string instance, int parts = 1) => _malformed.Add(parts, new KeyValuePair<string, object?>(Instance, instance));

    public void Reconnected(string instance) => _reconnects.Add(1, new KeyValuePair<string, object?>(Instance, instance));

    public void Published(string instance, string type, TimeSpan? latency)
    {
        _published.Add(1, new(Instance, instance), new("type", type));
        if (latency is { } value)
            _latency.Record(value.TotalSeconds, new(Instance, instance), new("type", type));
    }

    public void Superseded(string type) => _superseded.Add(1, new KeyValuePair<string, object?>("type", type));

    public void Ended(string instance, string outcome) => _outcomes.Add(1, new(Instance, instance), new("outcome", outcome));

    public void OutcomeWaits() => _waiting.Add(1);

    public void OutcomeTaken() => _waiting.Add(-1);

    public void Dispose() => Activities.Dispose();
}
