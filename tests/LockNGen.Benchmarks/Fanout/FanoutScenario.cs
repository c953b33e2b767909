namespace LockNGen.Benchmarks.Fanout;

/// <summary>A number of clients, of generations that they watch, and of events a second in total.</summary>
internal sealed record FanoutScenario(string Name, int Clients, int Generations, int EventsPerSecond)
{
    public static IReadOnlyList<FanoutScenario> All { get; } =
    [
        new("broadcast: 1,000 clients, 1 generation, 50 events/s", 1_000, 1, 50),
        new("rooms: 2,000 clients, 1,000 generations, 2,000 events/s", 2_000, 1_000, 2_000),
        new("low load: 100 clients, 1 generation, 20 events/s", 100, 1, 20),
    ];
}
