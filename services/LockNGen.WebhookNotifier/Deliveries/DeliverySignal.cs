using System.Threading.Channels;

namespace LockNGen.WebhookNotifier.Deliveries;

/// <summary>Wakes the worker of this process because something may be due now; signals sent before it wakes count as one.</summary>
internal sealed class DeliverySignal(TimeProvider clock)
{
    private readonly Channel<bool> _channel =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => _channel.Writer.TryWrite(true);

    /// <summary>Waits for a signal, but no longer than the given time.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(_channel.Reader.WaitToReadAsync(cancellation.Token).AsTask(), Task.Delay(atMost, clock, cancellation.Token));
        await cancellation.CancelAsync();
        _channel.Reader.TryRead(out _);
    }
}
