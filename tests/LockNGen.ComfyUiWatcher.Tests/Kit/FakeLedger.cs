using System.Collections.Concurrent;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.Messaging;
using MassTransit;

namespace LockNGen.ComfyUiWatcher.Tests.Kit;

/// <summary>
/// The API as a watcher sees it, reduced to its promises: leases by heartbeat, one attempt at a time, stored files, and outcomes by
/// compare-and-set.
/// </summary>
internal sealed class FakeLedger
{
    private readonly ConcurrentDictionary<Guid, LedgerRow> _rows = new();
    private readonly ConcurrentDictionary<string, (string Watcher, DateTimeOffset Until)> _owners = new();
    private volatile Dictionary<Guid, HeldGeneration> _held = [];
    private volatile string[] _instances = [];
    private TaskCompletionSource _beat = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public FakeLedger() => Store = new FakeStore(this);

    public const string InstallationId = "the-installation-under-test";

    /// <summary>How long a watcher may be silent.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Where uploads go; known once the host listens.</summary>
    public string Url { get; set; } = "";

    public ConcurrentDictionary<string, InstanceReport> Reports { get; } = new();

    /// <summary>Instances whose catalog is reported as outdated.</summary>
    public IReadOnlyList<string> Doubted { get; set; } = [];

    public ConcurrentDictionary<string, InstanceCatalog> Catalogs { get; } = new();

    /// <summary>Prompts of others, by what ComfyUI calls them.</summary>
    public ConcurrentDictionary<string, LedgerRow> Others { get; } = new();

    /// <summary>Heartbeats go unanswered, and so does everything else, until reset.</summary>
    public bool Away { get; set; }

    public LedgerRow this[Guid id] => _rows[id];

    public FakeStore Store { get; }

    public void AddTo(BusParts bus)
    {
        bus.Endpoint(BusQueues.GenerationApi, (_, endpoint) =>
        {
            endpoint.Handler<ClaimGeneration>(c => Away ? Task.CompletedTask : c.RespondAsync(Claim(c.Message)));
            endpoint.Handler<ReportOutcome>(c => Away ? Task.CompletedTask : c.RespondAsync(Report(c.Message)));
            endpoint.Handler<ReportOtherPrompt>(c => Away ? Task.CompletedTask : c.RespondAsync(Note(c.Message)));
            endpoint.Handler<GetSnapshot>(c => c.RespondAsync(new SnapshotAnswer { Snapshot = _rows.ContainsKey(c.Message.GenerationId) ? SomeSnapshot(c.Message) : null }));
            endpoint.Handler<InstanceCatalog>(c =>
            {
                Catalogs[c.Message.Instance] = c.Message;
                return Task.CompletedTask;
            });
        });
        bus.Endpoint(BusQueues.Heartbeats, (_, endpoint) =>
            endpoint.Handler<WatcherHeartbeat>(c => Away ? Task.CompletedTask : c.RespondAsync(Beat(c.Message))));
    }

    /// <summary>Waits for a heartbeat with a certain report of an instance.</summary>
    public async Task<InstanceReport> WaitForReportAsync(string instance, Func<InstanceReport, bool> matches, CancellationToken cancellationToken)
    {
        while (true)
        {
            var beat = _beat.Task;
            if (Reports.TryGetValue(instance, out var report) && matches(report))
                return report;
            await beat.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The next heartbeat's report of an instance.</summary>
    public async Task<InstanceReport> NextReportAsync(string instance)
    {
        await _beat.Task.WaitAsync(TestContext.Current.CancellationToken);
        return Reports[instance];
    }

    /// <summary>Waits until heartbeats list exactly these instances.</summary>
    public async Task WaitForInstancesAsync(string[] names)
    {
        while (!_instances.SequenceEqual(names))
            await _beat.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The lease of an instance, as if given by a scheduler.</summary>
    public void GiveTo(string instance, string watcher) => _owners[instance] = (watcher, DateTimeOffset.MaxValue);

    public string? OwnerOf(string instance) =>
        _owners.TryGetValue(instance, out var owner) && owner.Until > DateTimeOffset.UtcNow ? owner.Watcher : null;

    /// <summary>Sends work to the watcher of its instance; set it to send work again that no watcher holds any more.</summary>
    public Func<LedgerRow, string, Task>? Dispatch { get; set; }

    public LedgerRow Add(JsonElement workflow, string instance, int images = 1)
    {
        var row = new LedgerRow { Id = Guid.NewGuid(), Workflow = workflow, Instance = instance, Images = images };
        _rows[row.Id] = row;
        return row;
    }

    /// <summary>A workflow without a seed to set.</summary>
    public LedgerRow AddUnseeded(JsonElement workflow, string instance, bool includeTemp = false, long? maxFileBytes = null)
    {
        var row = new LedgerRow
        {
            Id = Guid.NewGuid(), Workflow = workflow, Instance = instance, Images = 1, SeedNode = null, IncludeTemp = includeTemp, MaxFileBytes = maxFileBytes,
        };
        _rows[row.Id] = row;
        return row;
    }

    /// <summary>Waits until a generation that was claimed is not listed by a heartbeat any more.</summary>
    public async Task WaitUntilNotHeldAsync(Guid id)
    {
        while (_held.ContainsKey(id))
            await _beat.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Waits for a heartbeat with this report of a held generation.</summary>
    public async Task<HeldGeneration> WaitForHeldAsync(Guid id, Func<HeldGeneration, bool> matches)
    {
        while (true)
        {
            var beat = _beat.Task;
            if (_held.TryGetValue(id, out var held) && matches(held))
                return held;
            await beat.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits for an instance's catalog.</summary>
    public async Task<InstanceCatalog> WaitForCatalogAsync(string instance, string? unlike = null)
    {
        InstanceCatalog? catalog;
        while (!Catalogs.TryGetValue(instance, out catalog) || catalog.Hash == unlike)
            await _beat.Task.WaitAsync(TestContext.Current.CancellationToken);
        return catalog;
    }

    /// <summary>What a claim of this generation would be given now.</summary>
    public GenerationWork WorkOf(LedgerRow row) => new()
    {
        Attempt = row.Attempt,
        Owner = "alice",
        Workflow = row.Workflow,
        Prompts =
        [
            .. Enumerable.Range(1, row.Images).Select(i => new PromptPlan
            {
                ImageIndex = i,
                Seed = (ulong)(41 + i),
                Inputs = row.SeedNode is { } node
                    ? [new InputValue { NodeId = node, Name = "seed", Value = JsonSerializer.SerializeToElement(41 + i) }]
                    : [],
            }),
        ],
        InputFiles = row.InputFiles,
        UploadUrl = $"{Url}/uploads/{row.Id}",
        UploadToken = $"token-{row.Attempt}",
        IncludeTemp = row.IncludeTemp,
        MaxFileBytes = row.MaxFileBytes,
        StoredImages = [.. row.Stored.Values.OrderBy(s => s.Image.Index)],
        OverallProgress = row.Floor,
        ElapsedSeconds = 100,
    };

    /// <summary>Takes back work that no heartbeat has listed for the time of a lease, and sends work that waits for its instance's owner.</summary>
    public async Task ScheduleAsync()
    {
        foreach (var row in _rows.Values)
        {
            lock (row)
            {
                if (!row.Ended && !row.Dispatched && row.HeldAt < DateTimeOffset.UtcNow - Lease)
                    TakeBack(row);
            }

            if (Dispatch is not null && row is { Dispatched: true, Ended: false } && OwnerOf(row.Instance) is { } owner && row.SentAt < DateTimeOffset.UtcNow - Lease)
            {
                row.SentAt = DateTimeOffset.UtcNow;
                await Dispatch(row, owner);
            }
        }
    }

    private static GenerationSnapshot SomeSnapshot(GetSnapshot asked) => new()
    {
        GenerationId = asked.GenerationId,
        Sequence = 1,
        Timestamp = DateTimeOffset.UnixEpoch,
        Data = new GenerationSnapshotData { Status = GenerationStatus.Running },
    };

    private static void TakeBack(LedgerRow row)
    {
        row.Attempt++;
        (row.ClaimId, row.Dispatched, row.SentAt) = (default, true, default);
    }

    private OtherPromptAnswer Note(ReportOtherPrompt report)
    {
        var row = Others.GetOrAdd(report.PromptId, promptId => new LedgerRow
        {
            Id = Guid.TryParse(promptId, out var own) && !_rows.ContainsKey(own) ? own : Guid.NewGuid(),
            Workflow = default,
            Instance = report.Instance,
            Images = 1,
            Attempt = 1,
            HeldAt = DateTimeOffset.MaxValue,
        });
        _rows[row.Id] = row;
        if (report.Event is { } ending)
        {
            row.Ended = true;
            row.Outcome.TrySetResult(ending);
        }

        return new OtherPromptAnswer { GenerationId = row.Id, UploadUrl = $"{Url}/uploads/{row.Id}", UploadToken = "token-1" };
    }

    private ClaimDecision Claim(ClaimGeneration claim)
    {
        if (!_rows.TryGetValue(claim.GenerationId, out var row))
            return new ClaimDecision { Granted = false, Reason = "unknown" };
        lock (row)
        {
            if (row.ClaimId == claim.ClaimId)
                return new ClaimDecision { Granted = true, Work = WorkOf(row) };
            if (row.Ended || !row.Dispatched || row.Instance != claim.Instance || OwnerOf(claim.Instance) != claim.Watcher)
                return new ClaimDecision { Granted = false, Reason = "not dispatched to you" };
            (row.ClaimId, row.Dispatched, row.HeldAt) = (claim.ClaimId, false, DateTimeOffset.UtcNow);
            row.Attempt++;
            return new ClaimDecision { Granted = true, Work = WorkOf(row) };
        }
    }

    private OutcomeDecision Report(ReportOutcome report)
    {
        if (!_rows.TryGetValue(report.GenerationId, out var row))
            return new OutcomeDecision { Verdict = OutcomeVerdict.Superseded };
        lock (row)
        {
            // Like the real one: an answer may be lost, and the same report is sent again.
            if (row.Ended && report.Event is { } again && row.Outcome.Task.Result.GetRawText() == again.GetRawText())
                return new OutcomeDecision { Verdict = OutcomeVerdict.Publish };
            if (row.Attempt != report.Attempt || row.Ended)
                return new OutcomeDecision { Verdict = OutcomeVerdict.Superseded };
            if (report.Event is not { } outcome)
            {
                TakeBack(row);
                row.Lost.TrySetResult(report.Lost!);
                return new OutcomeDecision { Verdict = OutcomeVerdict.TakenBack };
            }

            row.Ended = true;
            row.Outcome.TrySetResult(outcome);
            return new OutcomeDecision { Verdict = OutcomeVerdict.Publish };
        }
    }

    private HeartbeatAnswer Beat(WatcherHeartbeat heartbeat)
    {
        _instances = [.. heartbeat.Instances.Select(i => i.Name)];
        _held = heartbeat.Held.ToDictionary(h => h.GenerationId);
        var now = DateTimeOffset.UtcNow;
        foreach (var report in heartbeat.Instances)
        {
            Reports[report.Name] = report;
            if ((OwnerOf(report.Name) ?? heartbeat.Watcher) == heartbeat.Watcher)
                _owners[report.Name] = (heartbeat.Watcher, now + Lease);
        }

        foreach (var held in heartbeat.Held)
        {
            if (_rows.TryGetValue(held.GenerationId, out var row) && row.Attempt == held.Attempt)
                (row.HeldAt, row.Floor) = (now, held.OverallProgress);
        }

        Interlocked.Exchange(ref _beat, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        if (heartbeat.Leaving)
        {
            foreach (var left in _owners.Where(o => o.Value.Watcher == heartbeat.Watcher).ToList())
                _owners.TryRemove(left);
        }

        return new HeartbeatAnswer
        {
            Owned = [.. heartbeat.Instances.Select(i => i.Name).Where(i => OwnerOf(i) == heartbeat.Watcher)],
            LeaseSeconds = 5,
            InstallationId = InstallationId,
            Abandon = [.. heartbeat.Held.Where(h => _rows.TryGetValue(h.GenerationId, out var row) && (row.Attempt != h.Attempt || row.Ended)).Select(h => h.GenerationId)],
            CatalogsDoubted = [.. Doubted],
            CatalogsWanted = [.. heartbeat.Instances.Select(i => i.Name).Where(i => !Catalogs.ContainsKey(i))],
        };
    }


}
