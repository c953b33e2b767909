using RabbitMQ.Client;

namespace LockNGen.Messaging;

/// <summary>One connection that events are published on, until it is lost. The broker takes them in the order in which they are sent.</summary>
internal sealed class EventChannel : IAsyncDisposable
{
    /// <summary>How long the broker may confirm nothing while it says that it is short of memory or disk.</summary>
    private static readonly TimeSpan PatienceWhileBlocked = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _patience;
    private readonly CancellationTokenSource _lost;
    private readonly ITimer _watch;
    private readonly Lock _gate = new();
    private readonly Queue<PostedEvent> _unconfirmed = new();
    private ulong _lastTag;
    private volatile bool _isBlocked;

    private EventChannel(IConnection connection, IChannel channel, TimeSpan patience, TimeProvider clock, CancellationToken stop)
    {
        (_connection, _channel, _patience, _clock) = (connection, channel, patience, clock);
        _lost = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Lost = _lost.Token;
        _watch = clock.CreateTimer(_ => LoseIfSilent(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    /// <summary>Cancelled when nothing more will be confirmed here.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Why it ended.</summary>
    public string Reason { get; private set; } = "the connection ended";

    /// <summary>Whether the broker has confirmed anything here.</summary>
    public bool HasConfirmed { get; private set; }

    /// <summary>Connects, and declares where events go.</summary>
    /// <param name="factory">Connects to a node.</param>
    /// <param name="name">What the broker calls the connection.</param>
    /// <param name="options">How long the stream keeps events.</param>
    /// <param name="patience">Without a confirm for so long the connection counts as lost.</param>
    /// <param name="clock">Measures that.</param>
    /// <param name="stop">Ends the connection.</param>
    public static async Task<EventChannel> OpenAsync(
        ConnectionFactory factory, string name, BusOptions options, TimeSpan patience, TimeProvider clock, CancellationToken stop)
    {
        var connection = await factory.CreateConnectionAsync(name, stop);
        try
        {
            // We count confirms ourselves: the client's own tracking adds a header to every message and waits for each.
            var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, publisherConfirmationTrackingEnabled: false), stop);
            await EventTopology.DeclareAsync(channel, options, stop);
            var opened = new EventChannel(connection, channel, patience, clock, stop);
            opened.Listen();
            return opened;
        }
        catch
        {
            await CloseAsync(connection);
            throw;
        }
    }

    /// <summary>Sends an event. One call at a time.</summary>
    public async ValueTask SendAsync(PostedEvent posted)
    {
        lock (_gate)
        {
            posted.Tag = ++_lastTag;
            posted.SentAt = _clock.GetTimestamp();
            _unconfirmed.Enqueue(posted);
        }

        await _channel.BasicPublishAsync(posted.Exchange, posted.RoutingKey, mandatory: false, posted.Properties, posted.Body, Lost);
    }

    /// <summary>The events that were sent but not confirmed, in order. Only after it has ended.</summary>
    public IReadOnlyList<PostedEvent> Unconfirmed()
    {
        lock (_gate)
            return [.. _unconfirmed.Where(p => !p.IsConfirmed)];
    }

    public async ValueTask DisposeAsync()
    {
        await _watch.DisposeAsync();
        await CloseAsync(_connection);
        _lost.Dispose();
    }

    private static async Task CloseAsync(IConnection connection)
    {
        await connection.AbortAsync(CloseTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await connection.DisposeAsync();
    }

    private void Listen()
    {
        _channel.BasicAcksAsync += (_, ack) =>
        {
            Confirm(ack.DeliveryTag, ack.Multiple);
            return Task.CompletedTask;
        };
        // Later events may have arrived: sent again on a new connection, all of them keep their order.
        _channel.BasicNacksAsync += (_, _) => LoseAsync("the broker rejected an event");
        _channel.ChannelShutdownAsync += (_, e) => LoseAsync(e.ReplyText);
        _connection.ConnectionBlockedAsync += (_, _) =>
        {
            _isBlocked = true;
            return Task.CompletedTask;
        };
        _connection.ConnectionUnblockedAsync += (_, _) =>
        {
            _isBlocked = false;
            return Task.CompletedTask;
        };
        if (!_channel.IsOpen)
            _ = LoseAsync("the connection ended");
    }

    private void Confirm(ulong tag, bool multiple)
    {
        lock (_gate)
        {
            HasConfirmed = true;
            foreach (var posted in _unconfirmed)
            {
                if (posted.Tag > tag)
                    break;
                if (multiple || posted.Tag == tag)
                    posted.Confirm();
            }

            while (_unconfirmed.TryPeek(out var first) && first.IsConfirmed)
                _unconfirmed.Dequeue();
        }
    }

    private void LoseIfSilent()
    {
        lock (_gate)
        {
            var patience = _isBlocked ? PatienceWhileBlocked : _patience;
            if (!_unconfirmed.TryPeek(out var first) || _clock.GetElapsedTime(first.SentAt) < patience)
                return;
        }

        _ = LoseAsync("the broker confirms nothing");
    }

    private Task LoseAsync(string reason)
    {
        if (Lost.IsCancellationRequested)
            return Task.CompletedTask;
        Reason = reason;
        // Waiting callers continue on their own threads, not on the client's.
        return _lost.CancelAsync();
    }
}
