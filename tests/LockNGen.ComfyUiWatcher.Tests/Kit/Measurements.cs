using System.Diagnostics.Metrics;

namespace LockNGen.ComfyUiWatcher.Tests.Kit;

/// <summary>What one meter has measured: sums of its counters, values of its gauges, and how often its histograms were used.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, double> _values = [];
    private readonly MeterListener _listener = new();

    public Measurements(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, meter))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Set(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Add(instrument, 1, tags));
        _listener.Start();
    }

    /// <summary>The value of an instrument, with the values of its tags behind its name, for example <c>lockngen.comfyui.up comfy-0</c>.</summary>
    public double this[string name]
    {
        get
        {
            _listener.RecordObservableInstruments();
            lock (_gate)
                return _values.GetValueOrDefault(name);
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
            _values[KeyOf(instrument, tags)] = _values.GetValueOrDefault(KeyOf(instrument, tags)) + value;
    }

    private void Set(Instrument instrument, int value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
            _values[KeyOf(instrument, tags)] = value;
    }

    private static string KeyOf(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = instrument.Name;
        foreach (var tag in tags)
            key += " " + tag.Value;
        return key;
    }
}
