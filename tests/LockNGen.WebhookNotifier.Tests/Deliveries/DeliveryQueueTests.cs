using LockNGen.Contracts;
using LockNGen.Web.Authentication;
using LockNGen.WebhookNotifier.Deliveries;
using LockNGen.WebhookNotifier.Registrations;
using LockNGen.WebhookNotifier.Storage;

namespace LockNGen.WebhookNotifier.Tests.Deliveries;

/// <summary>What holds on both databases; each has a class below.</summary>
public abstract class DeliveryQueueTests : IAsyncDisposable
{
    private readonly Guid _generation = Guid.NewGuid();
    private readonly WebhooksDatabase _database;

    private protected DeliveryQueueTests(string connectionString, TimeProvider clock)
    {
        Options.ConnectionString = connectionString;
        var options = Microsoft.Extensions.Options.Options.Create(Options);
        _database = new WebhooksDatabase(options, clock);
        var signal = new DeliverySignal(clock);
        Store = new WebhookStore(_database);
        Intake = new DeliveryIntake(_database, signal, options);
        Queue = new DeliveryQueue(_database, new RetrySchedule(options), options);
        Log = new DeliveryLog(_database, signal, options);
        Sweeper = new DeliverySweeper(
            _database, new NotifierMetrics(new TestMeters()), options, clock, Microsoft.Extensions.Logging.Abstractions.NullLogger<DeliverySweeper>.Instance);
    }

    private protected WebhookOptions Options { get; } = new();

    private protected WebhookStore Store { get; }

    private protected DeliveryIntake Intake { get; }

    private protected DeliveryQueue Queue { get; }

    private protected DeliveryLog Log { get; }

    private protected DeliverySweeper Sweeper { get; }

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Claim_ByTwoAtOnce_GivesEachDeliveryToOne()
    {
        var webhook = await AddWebhookAsync();
        for (var i = 0; i < 10; i++)
            await AddEventAsync(Events.Completed(Guid.NewGuid()));
        Options.MaxConcurrentPerDestination = 100;

        var claims = await Task.WhenAll(
            Queue.ClaimAsync(webhook.Destination, 6, Cancellation), Queue.ClaimAsync(webhook.Destination, 6, Cancellation));

        claims.SelectMany(c => c).Select(d => d.Id).Distinct().Count().ShouldBe(10);
        claims.Sum(c => c.Count).ShouldBe(10);
        (await Queue.DueDestinationsAsync(10, Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Claim_BeyondTheDestinationsLimit_WaitsUntilOneHasEnded()
    {
        var webhook = await AddWebhookAsync();
        for (var i = 0; i < 10; i++)
            await AddEventAsync(Events.Completed(Guid.NewGuid()));

        var first = await Queue.ClaimAsync(webhook.Destination, 100, Cancellation);
        first.Count.ShouldBe(Options.MaxConcurrentPerDestination);
        (await Queue.ClaimAsync(webhook.Destination, 100, Cancellation)).ShouldBeEmpty();

        await Queue.RecordAsync(first[0], Result(200), Cancellation);
        (await Queue.ClaimAsync(webhook.Destination, 100, Cancellation)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Claim_SeveralEventsOfOneGeneration_GivesThemOneAfterAnother()
    {
        var webhook = await AddWebhookAsync();
        await AddEventAsync(Events.Started(_generation));
        await AddEventAsync(Events.Completed(_generation));

        var first = (await Queue.ClaimAsync(webhook.Destination, 5, Cancellation)).ShouldHaveSingleItem();
        first.EventType.ShouldBe(GenerationEventTypes.Started);
        (await Queue.ClaimAsync(webhook.Destination, 5, Cancellation)).ShouldBeEmpty();

        // A refused one is tried again later, and does not hold up others.
        await Queue.RecordAsync(first, Result(400), Cancellation);
        (await Queue.ClaimAsync(webhook.Destination, 5, Cancellation)).ShouldHaveSingleItem().EventType.ShouldBe(GenerationEventTypes.Completed);
    }

    [Fact]
    public async Task Record_ByAClaimantThatHasLostItsLease_ChangesNothing()
    {
        var webhook = await AddWebhookAsync();
        await AddEventAsync(Events.Completed(_generation));
        var claimed = (await Queue.ClaimAsync(webhook.Destination, 5, Cancellation)).ShouldHaveSingleItem();

        (await Queue.RecordAsync(claimed with { LeaseId = Guid.NewGuid() }, Result(200), Cancellation)).ShouldBeFalse();

        (await Log.ListAsync(webhook.Id, DeliveryStatus.Pending, long.MaxValue, 10, Cancellation)).ShouldHaveSingleItem().Attempts.ShouldBe(0);
    }

    [Fact]
    public async Task Record_Gone_DisablesTheWebhookAndEndsWhatWaits()
    {
        var webhook = await AddWebhookAsync();
        await AddEventAsync(Events.Started(_generation));
        await AddEventAsync(Events.Completed(_generation));
        var claimed = (await Queue.ClaimAsync(webhook.Destination, 5, Cancellation)).ShouldHaveSingleItem();

        await Queue.RecordAsync(claimed, Result(410), Cancellation);
        await AddEventAsync(Events.Completed(Guid.NewGuid()));

        (await Log.ListAsync(webhook.Id, DeliveryStatus.Failed, long.MaxValue, 10, Cancellation)).Count.ShouldBe(2);
        (await Log.ListAsync(webhook.Id, null, long.MaxValue, 10, Cancellation)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Record_FailuresUpToTheThreshold_OpensTheCircuitOfThatDestinationOnly()
    {
        Options.CircuitThreshold = 2;
        var dead = await AddWebhookAsync("http://dead.example/");
        var alive = await AddWebhookAsync("http://alive.example/");
        for (var i = 0; i < 3; i++)
            await AddEventAsync(Events.Completed(Guid.NewGuid()));

        foreach (var delivery in await Queue.ClaimAsync(dead.Destination, 2, Cancellation))
            await Queue.RecordAsync(delivery, Result(null), Cancellation);

        (await Queue.DueDestinationsAsync(10, Cancellation)).Select(d => d.Destination).ShouldBe([alive.Destination]);
        (await Queue.ClaimAsync(dead.Destination, 5, Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Redeliver_AnEndedDelivery_IsDueAgain()
    {
        var webhook = await AddWebhookAsync();
        await AddEventAsync(Events.Completed(_generation));
        var claimed = (await Queue.ClaimAsync(webhook.Destination, 5, Cancellation)).ShouldHaveSingleItem();
        await Queue.RecordAsync(claimed, Result(200), Cancellation);
        (await Queue.ClaimAsync(webhook.Destination, 5, Cancellation)).ShouldBeEmpty();

        (await Log.RedeliverAsync(webhook.Id, claimed.Id, Cancellation)).ShouldBeTrue();
        (await Log.RedeliverAsync(Guid.NewGuid(), claimed.Id, Cancellation)).ShouldBeFalse();

        var again = (await Queue.ClaimAsync(webhook.Destination, 5, Cancellation)).ShouldHaveSingleItem();
        again.Id.ShouldBe(claimed.Id);
        again.Body.ShouldBe(claimed.Body);
        (again.Attempts, again.Failures).ShouldBe((1, 0));
    }

    [Fact]
    public async Task Delete_WebhookWithDeliveries_LeavesNothingDue()
    {
        var webhook = await AddWebhookAsync();
        await AddEventAsync(Events.Completed(_generation));

        await Store.DeleteAsync(webhook.Id, Cancellation);
        await Sweeper.SweepAsync(Cancellation);

        (await Queue.DueDestinationsAsync(10, Cancellation)).ShouldBeEmpty();
        (await Store.FindAsync(webhook.Id, new Caller { IsAdmin = true }, Cancellation)).ShouldBeNull();
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        Cleanup();
        GC.SuppressFinalize(this);
    }

    private protected virtual void Cleanup()
    {
    }

    private protected async Task<Webhook> AddWebhookAsync(string url = "http://receiver.example/hook")
    {
        var webhook = new Webhook { Id = Guid.CreateVersion7(), Owner = "alice", Url = url, EventTypes = string.Join(' ', DeliverableEvents.All) };
        (await Store.TryAddAsync(webhook, 100, Cancellation)).ShouldBeTrue();
        return webhook;
    }

    private protected Task AddEventAsync(GenerationEvent message) => Intake.AddAsync(message, "alice", traceParent: null, ContractsJson.Serialize(message), Cancellation);

    private protected static DeliveryResult Result(int? status) => new()
    {
        StartedAt = DateTimeOffset.UnixEpoch,
        Duration = TimeSpan.FromMilliseconds(12),
        StatusCode = status,
        Error = status is >= 200 and < 300 ? null : "Failed.",
        Response = status is >= 200 and < 300 ? null : "no",
    };

    private sealed class TestMeters : System.Diagnostics.Metrics.IMeterFactory
    {
        public System.Diagnostics.Metrics.Meter Create(System.Diagnostics.Metrics.MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
