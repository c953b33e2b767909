using System.Net.Sockets;
using System.Net.WebSockets;
using LockNGen.FaultTests.Rig;

namespace LockNGen.FaultTests.Readers;

/// <summary>Watches everything over one WebSocket of one gateway; without a cursor, each connection begins with snapshots.</summary>
/// <param name="name">Its name.</param>
/// <param name="feed">How it reads.</param>
/// <param name="isSlow">Whether it reads more slowly than events arrive, until the gateway disconnects it.</param>
/// <param name="gateway">Where.</param>
/// <param name="published">Collects what it sees.</param>
internal sealed class ReaderOfAll(string name, WebSocketFeed feed, bool isSlow, Link gateway, Published published)
{
    private static readonly TimeSpan SlowPause = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Reads until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var watches = new Dictionary<Guid, Watch>();
            try
            {
                await foreach (var frame in feed.ReadAsync(gateway, generation: null, after: null, stop))
                {
                    Take(watches, frame);
                    if (isSlow)
                        await Task.Delay(SlowPause, stop);
                }
            }
            catch (Exception e) when (e is WebSocketException or HttpRequestException or SocketException or IOException or OperationCanceledException)
            {
                foreach (var watch in watches.Values.Where(w => !w.HasEnded))
                    watch.Dropped(e.Message);
            }

            await Task.Delay(Pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Take(Dictionary<Guid, Watch> watches, Frame frame)
    {
        if (!watches.TryGetValue(frame.Generation, out var watch))
        {
            // A connection begins with up to 1,000 of these.
            if (frame.IsSnapshot && frame.IsEnd)
                return;
            watch = published.Watch(name, frame.Generation, mustReachTheEnd: false);
            watch.Connected(gateway.Server, after: null);
            watches.Add(frame.Generation, watch);
        }

        watch.Take(frame);
        published.Take(name, frame);
    }
}
