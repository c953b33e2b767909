using LockNGen.FaultTests.Rig;
using LockNGen.TestSupport;

namespace LockNGen.FaultTests.Faults;

/// <summary>
/// The faults of a run, drawn from its seed: kinds like cards from a shuffled deck, so that each comes once before any comes again; targets
/// and durations at random.
/// </summary>
internal sealed class FaultDeck(SystemUnderTest system, int seed, string? only)
{
    private readonly Random _random = new(seed);
    private readonly Queue<Func<Fault>> _cards = new();

    /// <summary>The next round: one fault, or two at a time, and how long after the first the second comes.</summary>
    public (Fault First, Fault? Second, TimeSpan Apart) Draw()
    {
        var first = Next();
        var apart = Seconds(0, 4);
        if (_random.NextDouble() > 0.3)
            return (first, null, apart);
        var second = Next();
        return (first, second.Target == first.Target ? null : second, apart);
    }

    private Fault Next()
    {
        while (true)
        {
            var fault = NextOfAll();
            if (only is null || fault.Kind.Contains(only, StringComparison.OrdinalIgnoreCase))
                return fault;
        }
    }

    private Fault NextOfAll()
    {
        if (_cards.Count == 0)
        {
            Func<Fault>[] cards = [.. Kinds()];
            _random.Shuffle(cards);
            foreach (var card in cards)
                _cards.Enqueue(card);
        }

        return _cards.Dequeue()();
    }

    private IEnumerable<Func<Fault>> Kinds()
    {
        yield return () => new KillService(OneOf(system.Services), Seconds(0, 8));
        yield return () => new KillService(OneOf(system.Services), Seconds(0, 8));
        yield return () => new TerminateService(OneOf(system.Services), Seconds(0, 5));
        yield return () => new FreezeService(OneOf(system.Services), _random.Next(6) == 0 ? Seconds(20, 60) : Seconds(1, 15));
        yield return () => new FreezeService(OneOf(system.Services), Seconds(1, 15));
        yield return () => new CrashSimulator(OneOf(system.ComfyUis), Seconds(0, 15));
        yield return () => new FreezeSimulator(OneOf(system.ComfyUis), Seconds(2, 20));
        yield return () => new DeafenSimulator(OneOf(system.ComfyUis), Seconds(5, 10));
        yield return () => new ZombieSimulator(OneOf(system.ComfyUis), Seconds(2, 20));
        // Observing a cluster without a node takes longer than the restart of a single one.
        var away = system.IsCluster ? (From: 10, To: 30) : (From: 0, To: 6);
        yield return () => new RestartBrokerApplication(OneOf(system.Brokers), system.IsCluster, Seconds(away.From, away.To));
        yield return () => new KillBroker(OneOf(system.Brokers), system.IsCluster, Seconds(away.From, away.To));
        if (system.IsCluster)
        {
            yield return () => new FreezeBroker(OneOf(system.Brokers), Seconds(20, 40));
            yield return () => new CutOffBroker(OneOf(system.Brokers), Seconds(10, 30));
        }

        yield return () => new CloseConnections(OneOf(system.Brokers), _random.NextDouble(), Seconds(1, 3));
        yield return () => new RaiseAlarm(OneOf(system.Brokers), _random.Next(2) == 0 ? BrokerResource.Memory : BrokerResource.Disk, Seconds(3, 20));
        yield return () => new RestartDatabase(system.Database, Seconds(0, 6));
        if (system.Database.IsReplicated)
            yield return () => new FailOverDatabase(system.Database, Seconds(0, 12));
        yield return () => new BreakLink(OneOf(system.Links), LinkState.Cut, Seconds(0, 10));
        yield return () => new BreakLink(OneOf(system.Links), LinkState.Stalled, Seconds(2, 25));
        yield return () => new BreakLink(OneOf(system.Links), LinkState.ClientClogged, Seconds(5, 20));
        yield return () => new BreakLink(OneOf(system.Links), LinkState.ServerClogged, Seconds(5, 20));
    }

    private T OneOf<T>(IReadOnlyList<T> all) => all[_random.Next(all.Count)];

    private TimeSpan Seconds(double from, double to) => TimeSpan.FromSeconds(from + (_random.NextDouble() * (to - from)));
}
