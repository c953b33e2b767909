using System.Globalization;
using System.Text.RegularExpressions;
using LockNGen.Contracts;
using LockNGen.Messaging;
using LockNGen.RealtimeGateway.Events;
using LockNGen.RealtimeGateway.Fanout;
using LockNGen.RealtimeGateway.History;
using LockNGen.TestSupport;
using LockNGen.Web.Authentication;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using static LockNGen.RealtimeGateway.Tests.SomeEvents;

namespace LockNGen.RealtimeGateway.Tests.Broker;

[Trait("Category", "Integration")]
public sealed class RabbitMqFeedTests(RabbitMqBroker broker) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Guid _id = Guid.NewGuid();
    private string _address = "";
    private GatewayHost _gateway = null!;

    private string VirtualHost => new Uri(_address).AbsolutePath.Trim('/');

    public async ValueTask InitializeAsync()
    {
        _address = await broker.CreateVirtualHostAsync();
        _gateway = await StartAsync("one");
    }

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task TwoReplicas_OneGeneration_SendIdenticalEvents()
    {
        await using var second = await StartAsync("two");
        await using var one = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after=0");
        await using var other = await ProgressClient.ConnectAsync(second.Url, $"generationId={_id}&after=0");
        await Task.WhenAll(_gateway.HasProgressOfAsync(_id), second.HasProgressOfAsync(_id));

        await _gateway.PublishAsync(Life(_id));

        await Task.WhenAll(one.UntilAsync(GenerationEventTypes.Completed), other.UntilAsync(GenerationEventTypes.Completed));
        Events(one).ShouldBe(Events(other));
        Events(one).Count.ShouldBe(7);
    }

    [Fact]
    public async Task FreshReplica_StateEventsBeforeItsStart_AreServedFromTheStream()
    {
        await _gateway.PublishAsync(Life(_id).Take(6));

        await using var fresh = await StartAsync("two");
        await using var client = await ProgressClient.ConnectAsync(fresh.Url, $"generationId={_id}&after={First(1)}");
        await _gateway.PublishAsync(Life(_id).Skip(6));
        await client.UntilAsync(GenerationEventTypes.Completed);

        Sequences(client).ShouldBe([First(5), First(6)]);
    }

    [Fact]
    public async Task RepeatedProgress_IsNewToAFreshReplicaAndToNoOther()
    {
        await using var early = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after=0");
        GenerationEvent[] running = [Queued(_id), Started(_id), Node(_id, First(2)), Progress(_id, First(3))];
        await _gateway.HasProgressOfAsync(_id);
        await _gateway.PublishAsync(running);
        await using var fresh = await StartAsync("two");
        await using var late = await ProgressClient.ConnectAsync(fresh.Url, $"generationId={_id}&after=0");
        await fresh.HasProgressOfAsync(_id);

        await _gateway.PublishAsync(running[2..]);
        await late.UntilAsync(GenerationEventTypes.Progress);
        await _gateway.PublishAsync(Completed(_id, First(4)));
        await Task.WhenAll(early.UntilAsync(GenerationEventTypes.Completed), late.UntilAsync(GenerationEventTypes.Completed));

        Events(late).ShouldBe(Events(early));
        Sequences(early).Where(s => s > 0).ShouldBe([1, First(1), First(2), First(3), First(4)]);
    }

    [Fact]
    public async Task StreamThatAnOlderVersionFilled_HasNoMoreProgress()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueBindAsync(EventTopology.Stream, GenerationEventTypes.Progress, "");

        await using var fresh = await StartAsync("two");

        (await broker.ControlAsync("list_bindings", "-p", VirtualHost, "source_name", "destination_name")).Split('\n')
            .Where(b => b.EndsWith("\t" + EventTopology.Stream, StringComparison.Ordinal) && b.StartsWith("generation.", StringComparison.Ordinal))
            .Select(b => b.Split('\t')[0])
            .ShouldBe(GenerationEventTypes.State, ignoreOrder: true);
    }

    [Fact]
    public async Task Progress_GoesToReplicasWhoseClientsWatch()
    {
        await using var other = await StartAsync("two");
        await _gateway.PublishAsync(Life(_id).Take(2));
        await using var client = await ProgressClient.ConnectAsync(other.Url, $"generationId={_id}&after=0");
        await client.UntilAsync(GenerationEventTypes.Started);
        await other.HasProgressOfAsync(_id);

        await _gateway.PublishAsync(Life(_id).Skip(2));
        await client.UntilAsync(GenerationEventTypes.Completed);
        await using var late = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after=0");
        await late.UntilAsync(GenerationEventTypes.Completed);

        Sequences(client).ShouldBe([1, First(1), First(2), First(3), First(4), First(5), First(6)]);
        Sequences(late).ShouldBe([1, First(1), First(5), First(6)]);
    }

    [Fact]
    public async Task ClientThatWatchesAll_HasTheProgressOfWhatBeginsAndOfWhatRunsAlready()
    {
        var running = Guid.NewGuid();
        await _gateway.PublishAsync(Life(running).Take(2));
        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, "");
        await client.UntilAsync(f => f.TryGetProperty("generationId", out var id) && id.GetGuid() == running);
        await _gateway.HasProgressOfAsync(running);
        await _gateway.PublishAsync(Life(_id).Take(2));
        await client.UntilAsync(GenerationEventTypes.Started);
        await _gateway.HasProgressOfAsync(_id);

        await _gateway.PublishAsync(Life(running).Skip(2).Concat(Life(_id).Skip(2)));
        await client.UntilAsync(f => ProgressClient.TypeOf(f) == GenerationEventTypes.Completed && f.GetProperty("generationId").GetGuid() == _id);

        foreach (var id in (Guid[])[running, _id])
        {
            client.Seen.Where(f => f.TryGetProperty("generationId", out var of) && of.GetGuid() == id)
                .Count(f => ProgressClient.TypeOf(f) == GenerationEventTypes.Progress).ShouldBe(3);
        }
    }

    [Fact]
    public async Task ProgressOfAWatcherThatKnowsNoPartitions_GoesToEveryReplica()
    {
        await _gateway.PublishAsync(Life(_id).Take(2));
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));

        await channel.BasicPublishAsync(GenerationEventTypes.Progress, routingKey: "", ContractsJson.Serialize(Progress(_id, First(2))));
        await _gateway.PublishAsync(Completed(_id, First(3)));
        await using var late = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after=0");
        await late.UntilAsync(GenerationEventTypes.Completed);

        Sequences(late).ShouldBe([1, First(1), First(2), First(3)]);
    }

    [Fact]
    public async Task Previews_OfAnUnwatchedGeneration_ArriveOnceOneIsRequested()
    {
        await _gateway.PublishAsync(Life(_id).Take(2));
        await _gateway.KnowsAsync(_id, First(1));
        var asked = _gateway.Http.GetAsync($"api/generations/{_id}/preview");
        await _gateway.HasProgressOfAsync(_id);

        await _gateway.Services.GetRequiredService<EventPublisher>().PostAsync(
            new GenerationPreviewBytes { GenerationId = _id, Sequence = First(2), ContentType = "image/jpeg", Bytes = [0xff, 0xd8, 0xff] }, default, CancellationToken.None);
        await asked;

        using var limit = new CancellationTokenSource(Patience);
        while (!(await _gateway.Http.GetAsync($"api/generations/{_id}/preview", limit.Token)).IsSuccessStatusCode)
            await Task.Delay(20, limit.Token); // A preview can only be asked for.
    }

    [Fact]
    public async Task HoleInWhatTheBrokerDelivers_IsFilledFromTheStream()
    {
        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after=0");
        await _gateway.PublishAsync(Life(_id).Take(2));
        await client.UntilAsync(GenerationEventTypes.Started);
        await _gateway.HasProgressOfAsync(_id);
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));

        // The stream has it, and no queue of a replica.
        var image = Life(_id).Single(e => e is GenerationImageCompleted);
        await channel.BasicPublishAsync("", EventTopology.Stream, ContractsJson.Serialize(image));
        await _gateway.PublishAsync(Life(_id).Skip(2).Where(e => e is not GenerationImageCompleted));
        await client.UntilAsync(GenerationEventTypes.Completed);

        Sequences(client).Where(s => s > 0).ShouldBe([1, First(1), First(2), First(3), First(4), First(5), First(6)]);
    }

    [Fact]
    public async Task LossThatTheStreamCannotRepair_IsAnnounced()
    {
        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after=0");
        await _gateway.PublishAsync(Life(_id).Take(2));
        await client.UntilAsync(GenerationEventTypes.Started);

        await _gateway.PublishAsync(Completed(_id, First(9), state: First(8)));

        (await client.UntilAsync("subscription.gap")).GetProperty("reason").GetString().ShouldBe("lost");
        var snapshot = await client.UntilAsync(GenerationEventTypes.Snapshot);
        snapshot.GetProperty("data").GetProperty("status").GetString().ShouldBe("completed");
    }

    [Fact]
    public async Task ConnectionClosedByTheBroker_InTheMiddleOfManyEvents_LosesNoStateEvent()
    {
        await using var publisher = await StartAsync("two");
        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after=0");
        await _gateway.PublishAsync(Life(_id).Take(2));
        await client.UntilAsync(GenerationEventTypes.Started);
        await _gateway.HasProgressOfAsync(_id);

        var publishing = publisher.PublishAsync(Life(_id, steps: 1_500).Skip(2));
        await client.UntilAsync(GenerationEventTypes.Progress);
        (await broker.CloseConnectionsAsync("a test", "realtime-gateway one events")).ShouldBePositive();

        await publishing;
        await client.UntilAsync(GenerationEventTypes.Completed);

        Sequences(client).ShouldBeInOrder(SortDirection.Ascending);
        Sequences(client).ShouldBeUnique();
        Sequences(client).Intersect([1, First(1), First(1_502), First(1_503)]).Count().ShouldBe(4);
    }

    [Fact]
    public async Task DeafReplica_WhoseQueueWasDeleted_ComesBackWithNoStateEventLost()
    {
        await using var publisher = await StartAsync("two");
        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after=0");
        await publisher.PublishAsync(Life(_id).Take(2));
        await client.UntilAsync(GenerationEventTypes.Started);

        await broker.ControlAsync("delete_queue", "-p", VirtualHost, await QueueOfAsync("one"));
        await publisher.PublishAsync(Life(_id).Skip(2));
        await client.UntilAsync(GenerationEventTypes.Completed);

        Sequences(client).Where(s => s > 0).ShouldBe([1, First(1), First(5), First(6)]);
        await _gateway.ReadyAsync();
    }

    [Fact]
    public async Task EventLargerThanAFrame_ArrivesWhole()
    {
        await using var client = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after=0");
        await _gateway.PublishAsync(Life(_id).Take(2));
        var image = Image(_id, First(2), 1);
        var url = new string('x', 300_000);

        await _gateway.PublishAsync(image with { Data = image.Data with { Image = image.Data.Image with { Url = url } } }, Completed(_id, First(3)));

        var seen = await client.UntilAsync(GenerationEventTypes.Image);
        seen.GetProperty("data").GetProperty("image").GetProperty("url").GetString().ShouldBe(url);
        await client.UntilAsync(GenerationEventTypes.Completed);
    }

    [Fact]
    public async Task Queues_OfAReplicaThatIsGone_AreGone()
    {
        await using (var replica = ServiceProcess.Start("LockNGen.RealtimeGateway", new Dictionary<string, string>
        {
            ["ConnectionStrings__rabbitmq"] = _address,
            ["Replica__Name"] = "short",
        }))
        {
            await replica.ReadyAsync();
            await QueueOfAsync("short");
            await replica.KillAsync();
        }

        await UntilQueuesAsync(queues => !queues.Contains("realtime-gateway-short", StringComparison.Ordinal));
    }

    [Fact]
    public async Task InterruptedReplica_ThatLaggedBehind_ReadsTheStreamFromBeforeWhatItLacks()
    {
        var history = new TwoReadings();
        // One canary only: the next would be heard if the broker takes its time to close the connection.
        await using var gateway = await GatewayHost.StartAsync(
            new Dictionary<string, string?> { ["Replica:Name"] = "late", ["Replica:CanaryInterval"] = "00:01:00" },
            _address,
            services: s => s.AddSingleton<IEventHistory>(history));
        await history.First.WaitAsync(Patience);
        using var slow = new SlowSubscriber();
        gateway.Services.GetRequiredService<ProgressBroadcaster>().Join(slow, _id, after: 0);
        await _gateway.PublishAsync(Queued(_id));
        history.EndFirst();
        await slow.Offered.WaitAsync(Patience);
        // The canary waits in line behind the event that the replica cannot get done with.
        await UntilQueuesAsync(queues => Regex.IsMatch(queues, @"realtime-gateway-late-\w{8}\t2\n"));

        var goesOn = DateTimeOffset.UtcNow;
        slow.GoOn();
        await gateway.ReadyAsync();
        (await broker.CloseConnectionsAsync("a test", "realtime-gateway late events")).ShouldBePositive();

        (await history.Second.WaitAsync(Patience)).ShouldBeLessThan(goesOn - TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task FrozenReplica_CannotFillTheBrokerAndMissesNoStateEventWhenItThaws()
    {
        await using var frozen = ServiceProcess.Start("LockNGen.RealtimeGateway", new Dictionary<string, string>
        {
            ["ConnectionStrings__rabbitmq"] = _address,
            ["Replica__Name"] = "frozen",
            ["Replica__QueueMaxBytes"] = "65536",
            ["Replica__Prefetch"] = "10",
            ["Rings__Events"] = "10000",
        });
        await frozen.ReadyAsync();
        await using var client = await ProgressClient.ConnectAsync(frozen.Url, $"generationId={_id}&after=0");
        await _gateway.PublishAsync(Life(_id).Take(2));
        await client.UntilAsync(GenerationEventTypes.Started);

        await frozen.FreezeAsync();
        await _gateway.PublishAsync(Life(_id, steps: 1_000).Skip(2));
        var waiting = Regex.Match(await QueuesAsync(), @"realtime-gateway-frozen-\w{8}\t(\d+)\n");
        int.Parse(waiting.Groups[1].Value, CultureInfo.InvariantCulture).ShouldBeLessThan(500);
        await frozen.ThawAsync();

        await client.UntilAsync(GenerationEventTypes.Completed);
        Sequences(client).ShouldBeInOrder(SortDirection.Ascending);
        Sequences(client).ShouldBeUnique();
        Sequences(client).TakeLast(2).ShouldBe([First(1_002), First(1_003)]);
    }

    [Fact]
    public async Task ReplicaKilled_ItsClientGoesOnAtAnother()
    {
        await using var doomed = ServiceProcess.Start("LockNGen.RealtimeGateway", new Dictionary<string, string> { ["ConnectionStrings__rabbitmq"] = _address });
        await doomed.ReadyAsync();
        await using var client = await ProgressClient.ConnectAsync(doomed.Url, $"generationId={_id}&after=0");
        await _gateway.PublishAsync(Life(_id).Take(2));
        await client.UntilAsync(GenerationEventTypes.Started);

        await doomed.KillAsync();
        await client.EndedAsync();
        // Nobody watches, and newer progress supersedes it.
        await _gateway.PublishAsync(Life(_id).Skip(2).Take(1));
        await using var again = await ProgressClient.ConnectAsync(_gateway.Url, $"generationId={_id}&after={client.Cursor}");
        await _gateway.HasProgressOfAsync(_id);
        await _gateway.PublishAsync(Life(_id).Skip(3));
        await again.UntilAsync(GenerationEventTypes.Completed);

        Sequences(again).ShouldBe([First(3), First(4), First(5), First(6)]);
    }

    private static List<string> Events(ProgressClient client) =>
        [.. client.Seen.Where(f => f.TryGetProperty("sequence", out var s) && s.GetInt64() > 0).Select(f => f.GetRawText())];

    private static List<long> Sequences(ProgressClient client) =>
        [.. client.Seen.Where(f => f.TryGetProperty("sequence", out _)).Select(f => f.GetProperty("sequence").GetInt64())];

    private async Task<GatewayHost> StartAsync(string replica, Dictionary<string, string?>? settings = null)
    {
        var gateway = await GatewayHost.StartAsync(new Dictionary<string, string?>(settings ?? []) { ["Replica:Name"] = replica }, _address);
        await gateway.ReadyAsync();
        return gateway;
    }

    private Task<IConnection> ConnectAsync() => new ConnectionFactory { Uri = new Uri(_address) }.CreateConnectionAsync();

    /// <summary>A line for each queue: its name, a tab, its messages.</summary>
    private Task<string> QueuesAsync() => broker.ControlAsync("list_queues", "-p", VirtualHost, "name", "messages");

    /// <summary>The replica's queue of events.</summary>
    private async Task<string> QueueOfAsync(string replica) =>
        (await QueuesAsync()).Split('\n').Select(line => line.Split('\t')[0]).Single(name => Regex.IsMatch(name, $@"^realtime-gateway-{replica}-\w{{8}}$"));

    /// <summary>What queues there are can only be asked for, and only by a list: declaring one passively would renew it.</summary>
    private async Task UntilQueuesAsync(Predicate<string> expected)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!expected(await QueuesAsync()))
            await Task.Delay(100, limit.Token);
    }

    /// <summary>Has nothing; tells when it is asked, and lets its first reader wait.</summary>
    private sealed class TwoReadings : IEventHistory
    {
        private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<DateTimeOffset> _second = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _endFirst = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task First => _first.Task;

        /// <summary>From when on the second reader wants to read.</summary>
        public Task<DateTimeOffset> Second => _second.Task;

        public void EndFirst() => _endFirst.SetResult();

        public Task ReadAsync(DateTimeOffset since, Action<ServerMessage, string?> take, CancellationToken cancellationToken)
        {
            if (_first.TrySetResult())
                return _endFirst.Task.WaitAsync(cancellationToken);
            _second.TrySetResult(since);
            return Task.CompletedTask;
        }
    }

    /// <summary>Holds up the whole replica with the first event that it is offered.</summary>
    private sealed class SlowSubscriber() : Subscriber(new Caller { IsAdmin = true }), IDisposable
    {
        private readonly TaskCompletionSource _offered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _goOn = new();

        public Task Offered => _offered.Task;

        public void GoOn() => _goOn.Set();

        public override void Offer(ServerMessage message)
        {
            if (message.Kind != EventKind.Queued)
                return;
            _offered.TrySetResult();
            _goOn.Wait(Patience);
        }

        public override bool Watches(Guid generationId) => true;

        public void Dispose() => _goOn.Dispose();
    }
}
