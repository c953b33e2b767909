using LockNGen.FaultTests.Load;
using LockNGen.FaultTests.Rig;

namespace LockNGen.FaultTests.Readers;

/// <summary>Who watches: some of every kind.</summary>
internal static class ReaderMix
{
    /// <summary>A reader of everything at each gateway, and one that is too slow for it.</summary>
    public static IEnumerable<ReaderOfAll> OfAll(SystemUnderTest system, Published published)
    {
        foreach (var gateway in system.Gateways)
            yield return new ReaderOfAll($"websocket-all-{gateway.Server}", new WebSocketFeed(), isSlow: false, gateway, published);
        yield return new ReaderOfAll("websocket-all-slow", new WebSocketFeed(receiveBuffer: 4096, inlinePreviews: true), isSlow: true, system.Gateways[0], published);
    }

    /// <summary>Those who follow one generation after another.</summary>
    public static IEnumerable<Reader> OfSingle(SystemUnderTest system, GenerationLoad load, Published published, HttpClient http, int seed)
    {
        (string Name, IProgressFeed Feed, (Behaviour Behaviour, int Count)[] Members)[] kinds =
        [
            ("websocket", new WebSocketFeed(), [(Behaviour.Steady, 4), (Behaviour.Flapping, 4), (Behaviour.Slow, 2), (Behaviour.Late, 2), (Behaviour.Switching, 2)]),
            ("sse", new ServerSentEventsFeed(http), [(Behaviour.Steady, 3), (Behaviour.Flapping, 3), (Behaviour.Late, 1), (Behaviour.Switching, 1)]),
            ("polling", new PollingFeed(http), [(Behaviour.Steady, 2), (Behaviour.Flapping, 2), (Behaviour.Late, 1), (Behaviour.Switching, 1)]),
        ];
        var number = 0;
        foreach (var (name, feed, members) in kinds)
        {
            foreach (var (behaviour, count) in members)
            {
                for (var i = 1; i <= count; i++)
                    yield return new Reader($"{name}-{behaviour.ToString().ToLowerInvariant()}-{i}", feed, behaviour, system.Gateways, load, published, seed + number++);
            }
        }
    }
}
