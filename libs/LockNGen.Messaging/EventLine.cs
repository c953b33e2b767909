using System.Threading.Channels;
using LockNGen.Hosting.Resilience;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace LockNGen.Messaging;

/// <summary>
/// Publishes events to RabbitMQ: all those of a process on one channel, in the order in which they are posted, without waiting for the confirm of one
/// before the next. Whatever a lost connection leaves unconfirmed goes out again, in that order and before anything else, so that no event overtakes
/// another; MassTransit would repeat each message by itself. Callers bound the number in flight: each waits for its confirms.
/// </summary>
internal sealed partial class EventLine(BrokerNodes nodes, IOptions<BusOptions> options, IHostEnvironment host, TimeProvider clock, ILogger<EventLine> logger) : IAsyncDisposable
{
    private static readonly Backoff Reconnect = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));

    /// <summary>
    /// Without a confirm for so long a connection counts as lost, and the next one gets twice as long if not one event was confirmed: a stream whose leader was
    /// frozen confirms only what is sent to its new one, but a broker that is merely slow would only be slowed down further.
    /// </summary>
    private static readonly TimeSpan ShortestPatience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestPatience = TimeSpan.FromSeconds(20);

    private readonly ConnectionFactory _factory = nodes.CreateFactory();

    private readonly Channel<PostedEvent> _posted = Channel.CreateUnbounded<PostedEvent>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private Queue<PostedEvent> _again = new();
    private TimeSpan _patience = ShortestPatience;
    private Task? _running;

    /// <summary>Gives the event its place; the task completes when the broker has confirmed it.</summary>
    public Task PostAsync(PostedEvent posted)
    {
        if (_running is null)
        {
            lock (_gate)
                _running ??= Task.Run(RunAsync);
        }

        _posted.Writer.TryWrite(posted);
        return posted.Confirmed;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_running is { } running)
            await running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var failures = 0;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await using var channel = await EventChannel.OpenAsync(_factory, $"{host.ApplicationName} events", options.Value, _patience, clock, _stop.Token);
                failures = 0;
                await SendAsync(channel);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                var delay = Reconnect.DelayAfter(++failures);
                LogLost(e.Message, _again.Count, delay.TotalSeconds);
                await Task.Delay(delay, clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task SendAsync(EventChannel channel)
    {
        try
        {
            while (_again.TryDequeue(out var posted))
                await SendAsync(channel, posted);
            while (await _posted.Reader.WaitToReadAsync(channel.Lost))
            {
                while (_posted.Reader.TryRead(out var posted))
                    await SendAsync(channel, posted);
            }
        }
        catch (OperationCanceledException e) when (!_stop.IsCancellationRequested)
        {
            throw new IOException(channel.Reason, e);
        }
        finally
        {
            _again = new Queue<PostedEvent>([.. channel.Unconfirmed(), .. _again]);
            _patience = channel.HasConfirmed ? ShortestPatience : TimeSpan.FromTicks(Math.Min(2 * _patience.Ticks, LongestPatience.Ticks));
        }
    }

    private static ValueTask SendAsync(EventChannel channel, PostedEvent posted) => posted.IsAbandoned ? ValueTask.CompletedTask : channel.SendAsync(posted);

    [LoggerMessage(LogLevel.Warning, "Events cannot reach the broker ({Reason}); {Count} will be sent again, retrying in {Delay} s")]
    private partial void LogLost(string reason, int count, double delay);
}
