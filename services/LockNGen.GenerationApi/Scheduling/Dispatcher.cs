using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Instances;
using LockNGen.GenerationApi.Ledger;
using LockNGen.GenerationApi.Queue;
using LockNGen.GenerationApi.Storage;
using LockNGen.GenerationApi.Workflows;
using LockNGen.Storage;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Scheduling;

/// <summary>Dispatches waiting generations, in order, to instances that have room and can render them.</summary>
internal sealed partial class Dispatcher(
    GenerationsDatabase database, CatalogStore catalogs, IOptions<QueueOptions> options, GenerationMetrics metrics, ILogger<Dispatcher> logger)
{
    /// <summary>How far down the list a pass looks for something that fits.</summary>
    private const int Lookahead = 500;

    /// <summary>How often a pass looks further after parking some.</summary>
    private const int MaxPages = 8;

    /// <summary>Dispatches what fits; the caller sends the offers once this is committed.</summary>
    public async Task<IReadOnlyList<Offer>> DispatchAsync(CancellationToken cancellationToken)
    {
        var instances = await database.ReadAsync(InstancesAsync, cancellationToken);
        if (instances.All(i => i.Running >= i.Capacity))
            return [];
        var candidates = new List<Candidate>(instances.Count);
        foreach (var instance in instances)
        {
            var catalog = instance.CatalogHash is { } hash ? await catalogs.OfHashAsync(hash, cancellationToken) : null;
            candidates.Add(new Candidate(instance, catalog));
        }

        return await database.WriteAsync(session => DispatchAsync(session, candidates), cancellationToken);
    }

    /// <summary>Working instances, even without room: whether they could render something matters too.</summary>
    private static async Task<IReadOnlyList<InstanceRow>> InstancesAsync(DatabaseSession session) =>
        await IsPausedAsync(session) ? [] : await session.QueryAsync<InstanceRow>(
            """
            SELECT i.*, (SELECT COUNT(*) FROM generations g
                WHERE g.instance = i.name AND g.status IN ('dispatched', 'running') AND g.ended_at IS NULL) AS running
            FROM instances i WHERE i.watcher IS NOT NULL AND i.state = 'up'
                AND EXISTS (SELECT 1 FROM generations WHERE status = 'queued' AND ended_at IS NULL)
            """);

    private static async Task<bool> IsPausedAsync(DatabaseSession session) =>
        await session.ScalarAsync<string>("SELECT value FROM settings WHERE name = 'paused'") is not null;

    private async Task<IReadOnlyList<Offer>> DispatchAsync(DatabaseSession session, List<Candidate> candidates)
    {
        var offers = new List<Offer>();
        var homes = await HomesAsync(session);
        await WaitingList.UnparkAsync(session, WorldOf(candidates));
        for (var page = 0; page < MaxPages; page++)
        {
            var parked = new List<Guid>();
            // Generations with a render somewhere go first: they already occupy the room there.
            foreach (var waiting in (await WaitingList.FirstAsync(session, Lookahead)).OrderByDescending(w => HasHome(w, homes)))
            {
                if (candidates.TrueForAll(c => c.Room <= 0))
                    break;
                var able = Able(waiting, candidates, homes);
                if (able.Count == 0 && !HasHome(waiting, homes))
                    Park(session, waiting, candidates, parked);
                else if (Choose(waiting, able, session.Now) is { } chosen)
                    await OfferAsync(session, waiting, new Choice(chosen, able, candidates), offers);
            }

            await WaitingList.ParkAsync(session, parked);
            if (parked.Count == 0)
                break;
        }

        return offers;
    }

    private void Park(DatabaseSession session, WaitingRow waiting, List<Candidate> candidates, List<Guid> parked)
    {
        parked.Add(waiting.Id);
        session.AfterCommit(() => LogParked(waiting.Id, candidates.Count, waiting.Labels));
    }

    private async Task OfferAsync(DatabaseSession session, WaitingRow waiting, Choice choice, List<Offer> offers)
    {
        var chosen = choice.Chosen;
        var (instance, watcher) = (chosen.Instance.Name, chosen.Instance.Watcher!);
        if (!await GenerationLedger.DispatchAsync(session, waiting.Id, instance, watcher))
            return;
        Explain(session, waiting, choice);
        chosen.Room--;
        chosen.LastModel = waiting.Model ?? chosen.LastModel;
        offers.Add(new Offer(watcher, waiting.TraceParent, new SubmitGeneration { GenerationId = waiting.Id, Instance = instance }));
        session.AfterCommit(() =>
        {
            metrics.Dispatched(instance);
            using var activity = waiting.TraceParent is { } trace ? Diagnostics.Activities.StartActivity("dispatch generation", ActivityKind.Producer, trace) : null;
            activity?.SetTag("lockngen.generation", waiting.Id).SetTag("lockngen.instance", instance);
            LogDispatched(waiting.Id, instance, watcher);
        });
    }

    /// <summary>Logs why this instance was chosen, with what was known before this dispatch.</summary>
    private void Explain(DatabaseSession session, WaitingRow waiting, Choice choice)
    {
        if (!logger.IsEnabled(LogLevel.Debug))
            return;
        var (chosen, able, candidates) = choice;
        var withRoom = able.Count(c => c.Room > 0);
        var preferred = LabelsOf(waiting).Preferred;
        var (labels, isLoaded, room) = (chosen.CountOf(preferred), chosen.HasLoaded(waiting.Model), chosen.Room);
        session.AfterCommit(() => LogChosen(
            waiting.Id, chosen.Instance.Name, withRoom, able.Count, candidates.Count, labels, preferred.Count, isLoaded, chosen.Others, room, waiting.LostOn ?? "none"));
    }

    /// <summary>What decides who can render what: which instances work, their labels and their catalogs.</summary>
    private static string WorldOf(List<Candidate> candidates) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(
        '\n', candidates.Select(c => $"{c.Instance.Name}\t{c.Instance.Labels}\t{c.Instance.CatalogHash}\t{c.HasCatalog}").Order(StringComparer.Ordinal)))));

    /// <summary>Instances that may still have the renders of lost watchers: they work, or were watched a moment ago.</summary>
    private async Task<HashSet<string>> HomesAsync(DatabaseSession session) =>
    [
        .. await session.QueryAsync<string>(
            "SELECT name FROM instances WHERE (watcher IS NOT NULL AND state = 'up') OR (watcher IS NULL AND reported_at >= @watchedSince)",
            new { watchedSince = session.Now - options.Value.AdoptionTimeout }),
    ];

    private static bool HasHome(WaitingRow waiting, HashSet<string> homes) =>
        waiting is { Attempt: > 0, LostOn: null, Instance: { } instance } && homes.Contains(instance);

    /// <summary>The instance where its render may still be, and no other, or it would be rendered twice; otherwise all that can render it, with or without room.</summary>
    private static List<Candidate> Able(WaitingRow waiting, List<Candidate> candidates, HashSet<string> homes)
    {
        var hasHome = HasHome(waiting, homes);
        var labels = LabelsOf(waiting);
        var plan = JsonSerializer.Deserialize(waiting.Plan!, StoredJson.Default.RenderPlan)!;
        return
        [
            .. candidates.Where(c => (!hasHome || c.Instance.Name == waiting.Instance) && c.Has(labels.Required) && c.CanRender(plan, waiting.NeedsCatalog)),
        ];
    }

    private static LabelRequirements LabelsOf(WaitingRow waiting) =>
        waiting.Labels is { } json ? JsonSerializer.Deserialize(json, StoredJson.Default.LabelRequirements)! : new LabelRequirements();

    /// <summary>
    /// The best of those with room: not one that lost it, not behind other people's prompts, with the preferred labels, with its model
    /// loaded, behind the fewest, with the most room.
    /// </summary>
    private Candidate? Choose(WaitingRow waiting, List<Candidate> able, DateTimeOffset now)
    {
        var labels = LabelsOf(waiting);
        // An instance that has just lost it is not tried again while another one only lacks room.
        var wasJustLost = waiting.LostAt is { } lostAt && now - lostAt < options.Value.LostInstancePause;
        return able
            .Where(c => c.Room > 0 && !(wasJustLost && c.Instance.Name == waiting.LostOn && able.Count > 1))
            .OrderBy(c => c.Instance.Name == waiting.LostOn)
            .ThenBy(c => c.Others > 0)
            .ThenByDescending(c => c.CountOf(labels.Preferred))
            .ThenByDescending(c => c.HasLoaded(waiting.Model))
            .ThenBy(c => c.Others)
            .ThenByDescending(c => c.Room)
            .FirstOrDefault();
    }

    [LoggerMessage(LogLevel.Information, "Generation {GenerationId}: dispatched to {Instance} (watcher {Watcher})")]
    private partial void LogDispatched(Guid generationId, string instance, string watcher);

    [LoggerMessage(
        LogLevel.Debug,
        "Generation {GenerationId}: {Instance} was chosen, the first of {WithRoom} with room, of {Able} that can render it, of {Working} at work: "
        + "it has {Labels} of {Preferred} preferred labels, the model is loaded there: {IsLoaded}, {Others} prompts of others in its queue, "
        + "room for {Room}; who lost it before: {LostOn}")]
    private partial void LogChosen(
        Guid generationId, string instance, int withRoom, int able, int working, int labels, int preferred, bool isLoaded, int others, int room, string lostOn);

    [LoggerMessage(LogLevel.Debug, "Generation {GenerationId} stands aside: none of the {Working} instances that work can render it (labels {Labels})")]
    private partial void LogParked(Guid generationId, int working, string? labels);

    /// <summary>The chosen instance, and the candidates and working instances it was chosen from.</summary>
    private sealed record Choice(Candidate Chosen, List<Candidate> Able, List<Candidate> Working);

    /// <summary>An instance that works, as this pass fills it.</summary>
    private sealed class Candidate(InstanceRow instance, NodeCatalog? catalog)
    {
        private readonly Dictionary<string, string> _labels = instance.LabelMap();

        public InstanceRow Instance => instance;

        public bool HasCatalog => catalog is not null;

        public int Room { get; set; } = instance.Capacity - instance.Running;

        /// <summary>Prompts of others in its queue.</summary>
        public int Others => instance.OthersRemaining ?? 0;

        public string? LastModel { get; set; } = instance.LastModel;

        public bool HasLoaded(string? model) => model is not null && LastModel == model;

        public bool Has(IReadOnlyDictionary<string, string> required) => CountOf(required) == required.Count;

        public int CountOf(IReadOnlyDictionary<string, string> wanted) => wanted.Count(w => _labels.GetValueOrDefault(w.Key) == w.Value);

        public bool CanRender(RenderPlan plan, bool needsCatalog) => plan.FitsTo(catalog, needsCatalog);
    }
}

/// <summary>Work that is offered to a watcher.</summary>
internal sealed record Offer(string Watcher, string? TraceParent, SubmitGeneration Command);
