using LockNGen.Hosting.Resilience;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace LockNGen.Messaging;

/// <summary>
/// Publishes all events of a process to RabbitMQ on one channel, in the order in which they are posted, without waiting for the confirm of one
/// before the next. An event is written to the socket by the posting thread, and one thread reads the confirms. What a lost connection leaves unconfirmed is sent
/// again, in that order and before anything else, so that no event overtakes another; MassTransit would repeat each message separately. The number of events in flight
/// is bounded by the publishers: each waits for its confirms.
/// </summary>
internal sealed partial class EventLine(BrokerNodes nodes, IOptions<BusOptions> options, IHostEnvironment host, TimeProvider clock, ILogger<EventLine> logger) : IAsyncDisposable
{
    /// <summary>
    /// Seconds without a confirm after which a connection counts as lost; the next one gets twice as long if not a single event was confirmed. A stream whose
    /// leader was frozen confirms only what is sent to its new leader, but reconnecting to a broker that is merely slow would slow it down further.
    /// </summary>
    private const int ShortestPatience = 5;

    private const int LongestPatience = 20;

    /// <summary>The same if the broker sends nothing at all, not even heartbeats.</summary>
    private const int PatienceWithSilence = 10;

    /// <summary>The same while the broker reports that it is short of memory or disk and blocks publishing.</summary>
    private const int PatienceWhileBlocked = 60;

    /// <summary>
    /// How many times an event may be refused, each time on a new connection and after a longer pause, in all about five seconds. RabbitMQ refuses an event if a single one of the
    /// queues that it is routed to cannot take it; with version 4 that is the case for every durable classic queue whose node is down. The other queues have it by then.
    /// </summary>
    private const int MaxRefusals = 6;

    /// <summary>For how long events are not delayed by such a queue.</summary>
    private static readonly TimeSpan Disregard = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);
    private static readonly Backoff Reconnect = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));

    private readonly ConnectionFactory _factory = nodes.CreateFactory();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<PostedEvent> _confirmed = [];
    private Queue<PostedEvent> _unconfirmed = new();
    private EventChannel? _channel;
    private int _holding;
    private int _patience = ShortestPatience;
    private DateTimeOffset _disregardsUntil;
    private Task? _running;

    /// <summary>Queues the event, and sends it if there is a connection.</summary>
    public void Post(PostedEvent posted)
    {
        lock (_gate)
        {
            _running ??= Task.Run(RunAsync);
            _unconfirmed.Enqueue(posted);
            if (_channel is not { } channel)
                return;
            channel.Add(posted);
            if (_holding == 0)
                channel.Flush();
        }
    }

    /// <summary>Sends everything that this action posts, and what others post in the meantime, in one write.</summary>
    public void Together(Action post)
    {
        lock (_gate)
            _holding++;
        try
        {
            post();
        }
        finally
        {
            lock (_gate)
            {
                if (--_holding == 0)
                    _channel?.Flush();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        EventChannel? channel;
        lock (_gate)
        {
            channel = _channel;
            channel?.Close();
        }

        if (_running is { } running)
        {
            await running.WaitAsync(CloseTimeout, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            channel?.Lose("the process ends");
            await running;
        }

        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var failures = 0;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var node = await DeclareAsync();
                using var channel = new EventChannel();
                // Reads until the connection is lost, on a dedicated thread.
                await Task.Factory.StartNew(
                    () => Run(channel, node, () => failures = 0), _stop.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
            catch (Exception e)
            {
                if (_stop.IsCancellationRequested)
                    return;
                var delay = Reconnect.DelayAfter(e is EventRefusedException refused ? refused.Times : ++failures);
                LogLost(e.Message, Count(), delay.TotalSeconds);
                await Task.Delay(delay, clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Ensures that everything published has a destination, and returns a node that can be reached.</summary>
    private async Task<AmqpTcpEndpoint> DeclareAsync()
    {
        await using var connection = await _factory.CreateConnectionAsync($"{host.ApplicationName} topology", _stop.Token);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: _stop.Token);
        await EventTopology.DeclareAsync(channel, options.Value, _stop.Token);
        return connection.Endpoint;
    }

    private void Run(EventChannel channel, AmqpTcpEndpoint node, Action opened)
    {
        channel.Open(_factory, node, $"{host.ApplicationName} events", _stop.Token);
        opened();
        using var watch = clock.CreateTimer(_ => Watch(channel), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        lock (_gate)
        {
            _stop.Token.ThrowIfCancellationRequested();
            _unconfirmed = new Queue<PostedEvent>(_unconfirmed.Where(p => !p.IsConfirmed && !p.IsAbandoned));
            foreach (var posted in _unconfirmed)
            {
                posted.IsForStreamOnly = false;
                channel.Add(posted);
            }

            channel.Flush();
            _channel = channel;
        }

        try
        {
            channel.Read(Confirm, (tag, multiple) => Refuse(channel, tag, multiple));
        }
        finally
        {
            lock (_gate)
            {
                _channel = null;
                _patience = channel.HasConfirmed || _unconfirmed.Count == 0 ? ShortestPatience : Math.Min(2 * _patience, LongestPatience);
            }
        }
    }

    private void Confirm(ulong tag, bool multiple)
    {
        lock (_gate)
        {
            foreach (var posted in _unconfirmed)
            {
                if (posted.Tag > tag)
                    break;
                if ((multiple || posted.Tag == tag) && !posted.IsConfirmed)
                    Confirm(posted);
            }

            RemoveConfirmed();
        }

        ReportConfirmed();
    }

    private void Confirm(PostedEvent posted)
    {
        posted.IsConfirmed = true;
        _confirmed.Add(posted);
    }

    private void RemoveConfirmed()
    {
        while (_unconfirmed.TryPeek(out var first) && first.IsConfirmed)
            _unconfirmed.Dequeue();
    }

    /// <summary>Not under the lock: what it calls may post.</summary>
    private void ReportConfirmed()
    {
        foreach (var posted in _confirmed)
            posted.Confirmed?.Invoke();
        _confirmed.Clear();
    }

    /// <summary>
    /// Sends everything again on a new connection, in the same order, because what was sent after a refused event may have arrived. An event that is refused again and again has arrived
    /// wherever it can: then a state event needs only the stream's confirm, and progress none.
    /// </summary>
    /// <exception cref="EventRefusedException">The connection has to be replaced.</exception>
    private void Refuse(EventChannel channel, ulong tag, bool multiple)
    {
        lock (_gate)
        {
            var refused = _unconfirmed.Where(p => !p.IsConfirmed && (multiple ? p.Tag <= tag : p.Tag == tag)).ToList();
            var times = refused.Select(p => ++p.Refusals).DefaultIfEmpty(1).Max();
            var now = clock.GetUtcNow();
            if (refused.Exists(p => p.IsForStreamOnly) || (times < MaxRefusals && now >= _disregardsUntil))
                throw new EventRefusedException(times);
            if (now >= _disregardsUntil)
            {
                LogDisregarded(refused[0].Exchange);
                _disregardsUntil = now + Disregard;
            }

            var states = refused.FindAll(p => p.IsPersistent);
            foreach (var progress in refused.Except(states))
                Confirm(progress);
            // Behind the others, whose tags are lower.
            _unconfirmed = new Queue<PostedEvent>(_unconfirmed.Except(states).Concat(states));
            foreach (var posted in states)
            {
                posted.IsForStreamOnly = true;
                channel.Add(posted);
            }

            channel.Flush();
            RemoveConfirmed();
        }

        ReportConfirmed();
    }

    private void Watch(EventChannel channel)
    {
        channel.Beat();
        lock (_gate)
        {
            if (channel == _channel && _unconfirmed.TryPeek(out var first)
                && channel.Seconds - first.SentAt >= (channel.IsBlocked ? PatienceWhileBlocked : _patience))
            {
                channel.Lose("the broker confirms nothing");
            }
        }

        if (channel.Seconds - channel.HeardAt >= PatienceWithSilence)
            channel.Lose("the broker is silent");
    }

    private int Count()
    {
        lock (_gate)
            return _unconfirmed.Count;
    }

    [LoggerMessage(
        LogLevel.Warning,
        "A queue that is bound to the exchange {Exchange} refuses events, as a durable classic queue does while its node is down: events go on without it. Make it a quorum queue")]
    private partial void LogDisregarded(string exchange);

    [LoggerMessage(LogLevel.Warning, "Events cannot reach the broker ({Reason}); {Count} will be sent again, retrying in {Delay} s")]
    private partial void LogLost(string reason, int count, double delay);
}
