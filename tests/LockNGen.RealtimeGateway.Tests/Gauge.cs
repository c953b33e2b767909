using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace LockNGen.RealtimeGateway.Tests;

/// <summary>Follows one up-down counter of a gateway, whatever its tags.</summary>
internal sealed class Gauge : IDisposable
{
    private readonly Lock _gate = new();
    private readonly MeterListener _listener = new();
    private long _value;
    private (long Value, TaskCompletionSource Reached)? _wanted;

    public Gauge(GatewayHost gateway, string name)
    {
        var factory = gateway.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == name && ReferenceEquals(instrument.Meter.Scope, factory))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, change, _, _) => Add(change));
        _listener.Start();
    }

    /// <summary>Waits until it has this value.</summary>
    public Task ReachesAsync(long value)
    {
        lock (_gate)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _wanted = (value, reached);
            Add(0);
            return reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Add(long change)
    {
        lock (_gate)
        {
            _value += change;
            if (_wanted is { } wanted && wanted.Value == _value)
                wanted.Reached.TrySetResult();
        }
    }
}
