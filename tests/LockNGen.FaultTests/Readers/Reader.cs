using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json;
using LockNGen.FaultTests.Load;
using LockNGen.FaultTests.Rig;

namespace LockNGen.FaultTests.Readers;

/// <summary>Follows one generation after another to its end, over as many connections as it takes.</summary>
internal sealed class Reader(
    string name, IProgressFeed feed, Behaviour behaviour, IReadOnlyList<Link> gateways, GenerationLoad load, Published published, int seed)
{
    /// <summary>How long it stays after the end, for what must not come any more.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(300);

    private readonly Random _random = new(seed);
    private readonly HashSet<Guid> _followed = [];
    private int _gateway = seed;

    /// <summary>Follows generations until stopped, then finishes the current ones.</summary>
    /// <param name="stop">Follow no new generation.</param>
    /// <param name="abandon">Give up generations that have not ended.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken abandon)
    {
        while (!stop.IsCancellationRequested && !abandon.IsCancellationRequested)
        {
            if (Choose() is { } generation)
                await FollowAsync(generation, abandon);
            else
                await Task.Delay(200, CancellationToken.None);
        }
    }

    private Guid? Choose()
    {
        var recent = load.Recent.Where(a => !_followed.Contains(a.Id)).ToList();
        if (recent.Count == 0)
            return null;
        var chosen = (behaviour == Behaviour.Late ? recent[0] : recent[^1]).Id;
        _followed.Add(chosen);
        return chosen;
    }

    private async Task FollowAsync(Guid generation, CancellationToken abandon)
    {
        var watch = published.Watch(name, generation, mustReachTheEnd: true);
        long? after = behaviour == Behaviour.Late && _random.Next(3) == 0 ? null : 0;
        while (!watch.HasEnded && !abandon.IsCancellationRequested)
        {
            var gateway = gateways[_gateway % gateways.Count];
            watch.Connected(gateway.Server, after);
            using var connection = CancellationTokenSource.CreateLinkedTokenSource(abandon);
            if (behaviour is Behaviour.Flapping or Behaviour.Switching)
                connection.CancelAfter(_random.Next(50, 2000));
            var hasFailed = await ReadAsync(gateway, watch, after, connection);
            if (hasFailed || behaviour == Behaviour.Switching || (behaviour == Behaviour.Flapping && _random.Next(2) == 0))
                _gateway++;
            // A reader that has seen nothing has no cursor yet; otherwise it resumes, even after a snapshot.
            after = watch.Cursor > 0 ? watch.Cursor : after;
            if (!watch.HasEnded)
                await Task.Delay(_random.Next(50, hasFailed ? 1000 : 300), CancellationToken.None);
        }
    }

    /// <summary>Reads over one connection; returns whether it broke.</summary>
    private async Task<bool> ReadAsync(Link gateway, Watch watch, long? after, CancellationTokenSource connection)
    {
        try
        {
            await foreach (var frame in feed.ReadAsync(gateway, watch.Generation, after, connection.Token))
            {
                watch.Take(frame);
                published.Take(name, frame);
                if (watch.HasEnded)
                    connection.CancelAfter(Linger);
                if (behaviour == Behaviour.Slow)
                    await Task.Delay(_random.Next(20, 200), connection.Token);
            }

            watch.Dropped("ended by the server");
            return false;
        }
        catch (OperationCanceledException) when (connection.IsCancellationRequested)
        {
            watch.Dropped("dropped by the reader");
            return false;
        }
        catch (Exception e) when (e is WebSocketException or HttpRequestException or SocketException or IOException or OperationCanceledException or JsonException)
        {
            watch.Dropped(e.Message);
            return true;
        }
    }
}
