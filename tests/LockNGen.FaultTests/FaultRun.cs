using LockNGen.FaultTests.Checker;
using LockNGen.FaultTests.Faults;
using LockNGen.FaultTests.Load;
using LockNGen.FaultTests.Readers;
using LockNGen.FaultTests.Rig;

namespace LockNGen.FaultTests;

/// <summary>One run: start, load and faults, calm, judgement.</summary>
internal static class FaultRun
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    /// <summary>Returns whether every promise held.</summary>
    public static async Task<bool> RunAsync(RunOptions options, CancellationToken cancellationToken)
    {
        await using var journal = new Journal(options.Folder);
        journal.Note($"seed {options.Seed}, {options.Minutes} minutes{(options.IsCluster ? ", three brokers and two databases" : "")}; logs in {journal.Folder}", aloud: true);
        await using var system = await SystemUnderTest.StartAsync(journal, options.IsCluster, cancellationToken);
        journal.Note("everything is ready", aloud: true);

        var published = new Published();
        await using var webhooks = await WebhookReceiver.StartAsync(published, journal);
        await webhooks.RegisterAsync(system.Notifier, cancellationToken);
        using var load = new GenerationLoad(system, published, webhooks.OfGeneration, options.Seed, journal);
        var memory = new MemoryWatch(system.Services);
        var schedule = new FaultSchedule(system, load, published, new FaultDeck(system, options.Seed, options.Only), journal);

        using var stopLoad = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var stopWatching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var subscriber = new Subscriber(system.SubscriberBrokers, published, journal);
        var watching = new List<Task> { subscriber.RunAsync(stopWatching.Token), memory.RunAsync(stopWatching.Token), CollectRendersAsync(system, stopWatching.Token) };
        await subscriber.Listening.WaitAsync(Patience, cancellationToken);
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1000 }) { Timeout = Timeout.InfiniteTimeSpan };
        watching.AddRange(ReaderMix.OfAll(system, published).Select(r => r.RunAsync(stopWatching.Token)));
        var readers = ReaderMix.OfSingle(system, load, published, http, options.Seed).Select(r => r.RunAsync(stopLoad.Token, abandon.Token)).ToList();
        var loading = load.RunAsync(stopLoad.Token);

        await Task.Delay(WarmUp, cancellationToken);
        await schedule.RunAsync(TimeSpan.FromMinutes(options.Minutes), cancellationToken);

        journal.Note("no more faults; waiting for what is open", aloud: true);
        await stopLoad.CancelAsync();
        abandon.CancelAfter(Patience);
        await loading;
        await WaitAsync(() => load.Open == 0, abandon.Token);
        await Task.WhenAll(readers);
        await WaitAsync(() => HasAllWebhooks(published, load, webhooks), abandon.Token);
        await stopWatching.CancelAsync();
        await Task.WhenAll(watching);
        foreach (var simulator in system.ComfyUis)
            await simulator.CollectRendersAsync(cancellationToken);

        var evidence = new Evidence
        {
            Load = load,
            Published = published,
            Webhooks = webhooks,
            Schedule = schedule,
            Memory = memory,
            System = system,
            Records = await RecordReader.ReadAsync(system.Apis[0], published.Generations.Keys, journal),
        };
        return await new Report(evidence, journal, options).PrintAsync();
    }

    private static bool HasAllWebhooks(Published published, GenerationLoad load, WebhookReceiver webhooks) => published.Generations.All(g =>
        g.Value.Outcome is not { } outcome
        || (webhooks.HasOutcome(g.Key, outcome.Type, ofGeneration: false)
            && (!load.Accepted.TryGetValue(g.Key, out var accepted) || !accepted.HasWebhook || webhooks.HasOutcome(g.Key, outcome.Type, ofGeneration: true))));

    private static async Task WaitAsync(Func<bool> condition, CancellationToken patience)
    {
        while (!condition() && !patience.IsCancellationRequested)
            await Task.Delay(200, CancellationToken.None);
    }

    private static async Task CollectRendersAsync(SystemUnderTest system, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(10), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var simulator in system.ComfyUis)
                await simulator.CollectRendersAsync(CancellationToken.None);
        }
    }
}
