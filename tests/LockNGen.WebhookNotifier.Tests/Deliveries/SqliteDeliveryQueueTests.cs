using LockNGen.WebhookNotifier.Deliveries;
using Microsoft.Extensions.Time.Testing;

namespace LockNGen.WebhookNotifier.Tests.Deliveries;

/// <summary>On SQLite the service's clock is the database's, so time can be moved.</summary>
public sealed class SqliteDeliveryQueueTests : DeliveryQueueTests
{
    private readonly FakeTimeProvider _clock;
    private readonly string _folder;

    public SqliteDeliveryQueueTests()
        : this(Directory.CreateTempSubdirectory("lockngen-webhooks-").FullName, new FakeTimeProvider())
    {
    }

    private SqliteDeliveryQueueTests(string folder, FakeTimeProvider clock)
        : base("Data Source=" + Path.Combine(folder, "webhooks.db"), clock)
    {
        _clock = clock;
        _folder = folder;
    }

    [Fact]
    public async Task Claim_LeaseThatHasEnded_IsAnyonesAgain()
    {
        var webhook = await AddWebhookAsync();
        await AddEventAsync(Events.Completed(Guid.NewGuid()));
        var first = (await Queue.ClaimAsync(webhook.Destination, 5, Cancellation)).ShouldHaveSingleItem();

        _clock.Advance(Options.Lease - TimeSpan.FromMilliseconds(1));
        (await Queue.DueDestinationsAsync(10, Cancellation)).ShouldBeEmpty();
        _clock.Advance(TimeSpan.FromMilliseconds(1));

        var second = (await Queue.ClaimAsync(webhook.Destination, 5, Cancellation)).ShouldHaveSingleItem();
        second.Id.ShouldBe(first.Id);
        (await Queue.RecordAsync(first, Result(200), Cancellation)).ShouldBeFalse();
        (await Queue.RecordAsync(second, Result(200), Cancellation)).ShouldBeTrue();
    }

    [Fact]
    public async Task Record_ReceiverRefusesAllDay_TriesForADayAndGivesUp()
    {
        var webhook = await AddWebhookAsync();
        var start = _clock.GetUtcNow();
        await AddEventAsync(Events.Completed(Guid.NewGuid()));
        var waits = new List<TimeSpan>();

        while ((await Log.ListAsync(webhook.Id, DeliveryStatus.Pending, long.MaxValue, 1, Cancellation)) is [var entry])
        {
            waits.Add(entry.DueAt - _clock.GetUtcNow());
            _clock.Advance(entry.DueAt - _clock.GetUtcNow());
            var delivery = (await Queue.ClaimAsync(webhook.Destination, 1, Cancellation)).ShouldHaveSingleItem();
            await Queue.RecordAsync(delivery, Result(400), Cancellation);
        }

        (_clock.GetUtcNow() - start).ShouldBe(Options.GiveUpAfter);
        waits[1].ShouldBeLessThanOrEqualTo(Options.FirstRetry);
        waits.Count.ShouldBeInRange(20, 60);
        (await Log.ListAsync(webhook.Id, DeliveryStatus.Failed, long.MaxValue, 1, Cancellation)).ShouldHaveSingleItem().Attempts.ShouldBe(waits.Count);
    }

    [Fact]
    public async Task Claim_AfterTheBreak_LetsOneProbeThroughWhoseSuccessClosesTheCircuit()
    {
        Options.CircuitThreshold = 2;
        var webhook = await AddWebhookAsync();
        for (var i = 0; i < 6; i++)
            await AddEventAsync(Events.Completed(Guid.NewGuid()));
        foreach (var delivery in await Queue.ClaimAsync(webhook.Destination, 2, Cancellation))
            await Queue.RecordAsync(delivery, Result(503), Cancellation);

        _clock.Advance(Options.CircuitBreak);
        var probe = (await Queue.ClaimAsync(webhook.Destination, 5, Cancellation)).ShouldHaveSingleItem();
        (await Queue.DueDestinationsAsync(10, Cancellation)).ShouldBeEmpty();
        (await Queue.ClaimAsync(webhook.Destination, 5, Cancellation)).ShouldBeEmpty();

        await Queue.RecordAsync(probe, Result(204), Cancellation);
        (await Queue.ClaimAsync(webhook.Destination, 5, Cancellation)).Count.ShouldBe(5);
    }

    [Fact]
    public async Task Claim_ProbeWhoseProcessDied_IsFollowedByAnotherOnceItsLeaseEnds()
    {
        Options.CircuitThreshold = 1;
        var webhook = await AddWebhookAsync();
        await AddEventAsync(Events.Completed(Guid.NewGuid()));
        await AddEventAsync(Events.Completed(Guid.NewGuid()));
        await Queue.RecordAsync((await Queue.ClaimAsync(webhook.Destination, 1, Cancellation))[0], Result(null), Cancellation);
        _clock.Advance(Options.CircuitBreak);
        (await Queue.ClaimAsync(webhook.Destination, 5, Cancellation)).Count.ShouldBe(1);

        _clock.Advance(Options.Lease);

        (await Queue.ClaimAsync(webhook.Destination, 5, Cancellation)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Sweep_BehindAnOpenCircuitForTooLong_GivesUp()
    {
        Options.CircuitThreshold = 1;
        Options.CircuitBreak = Options.MaxCircuitBreak = TimeSpan.FromDays(1);
        var webhook = await AddWebhookAsync();
        await AddEventAsync(Events.Completed(Guid.NewGuid()));
        await AddEventAsync(Events.Completed(Guid.NewGuid()));
        await Queue.RecordAsync((await Queue.ClaimAsync(webhook.Destination, 1, Cancellation))[0], Result(null), Cancellation);

        _clock.Advance(Options.GiveUpAfter);
        await Sweeper.SweepAsync(Cancellation);
        (await Log.ListAsync(webhook.Id, DeliveryStatus.Failed, long.MaxValue, 10, Cancellation)).ShouldBeEmpty();
        _clock.Advance(Options.MaxCircuitBreak + Options.Lease);
        await Sweeper.SweepAsync(Cancellation);

        (await Log.ListAsync(webhook.Id, DeliveryStatus.Failed, long.MaxValue, 10, Cancellation)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Sweep_EndedLongerThanKept_ForgetsDeliveriesAndKeepsWebhooks()
    {
        var webhook = await AddWebhookAsync();
        await AddEventAsync(Events.Completed(Guid.NewGuid()));
        await Queue.RecordAsync((await Queue.ClaimAsync(webhook.Destination, 1, Cancellation))[0], Result(200), Cancellation);

        _clock.Advance(Options.KeepDeliveries);
        await Sweeper.SweepAsync(Cancellation);
        (await Log.ListAsync(webhook.Id, null, long.MaxValue, 10, Cancellation)).Count.ShouldBe(1);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Sweeper.SweepAsync(Cancellation);

        (await Log.ListAsync(webhook.Id, null, long.MaxValue, 10, Cancellation)).ShouldBeEmpty();
        await AddEventAsync(Events.Completed(Guid.NewGuid()));
        (await Queue.DueDestinationsAsync(10, Cancellation)).Select(d => d.Destination).ShouldBe([webhook.Destination]);
    }

    private protected override void Cleanup()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}
