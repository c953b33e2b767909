using LockNGen.Contracts;
using LockNGen.Messaging;
using LockNGen.RealtimeGateway.Broker;
using LockNGen.RealtimeGateway.Connections;
using LockNGen.RealtimeGateway.History;
using LockNGen.RealtimeGateway.Tests.History;
using LockNGen.TestSupport;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using RabbitMQ.Client;

namespace LockNGen.RealtimeGateway.Tests.Broker;

[Trait("Category", "Integration")]
public sealed class PartitionBindingsTests(RabbitMqBroker broker) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider _clock = new();
    private readonly AudienceOfAll _everybody = new();
    private readonly WriteLoops _loops = new(Options.Create(new ConnectionOptions()));
    private readonly CancellationTokenSource _stop = new();
    private readonly Guid _id = Guid.NewGuid();
    private GenerationLogs _logs = null!;
    private IConnection _connection = null!;
    private ReplicaConsumer _consumer = null!;
    private ReplicaQueues _queues = null!;
    private Task _keeping = Task.CompletedTask;
    private string _virtualHost = "";

    public async ValueTask InitializeAsync()
    {
        var address = new Uri(await broker.CreateVirtualHostAsync());
        _virtualHost = address.AbsolutePath.Trim('/');
        var factory = new ConnectionFactory { Uri = address };
        _connection = await factory.CreateConnectionAsync();
        _logs = TestLogs.Create(clock: _clock);
        // Only its queue is needed: nothing is delivered before it is told to consume.
        _consumer = await ReplicaConsumer.OpenAsync(
            factory, _connection.Endpoint, "tested", ReplicaQueues.NewName("tested"), maxBytes: 1 << 20, ingest: null!, _loops, TestContext.Current.CancellationToken);
        _queues = new ReplicaQueues(await _connection.CreateChannelAsync(), _consumer, new BusOptions());
        await _queues.BindAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _consumer.DisposeAsync();
        await _connection.DisposeAsync();
        _loops.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task Partition_IsBoundWhileItsGenerationIsWatched_AndAMinuteLonger()
    {
        var watcher = new Recorder();
        Keep();

        _logs.GetOrAdd(_id).Join(watcher, after: null);
        await UntilBoundAsync([_id]);
        for (var i = 0; i < 20; i++)
            await LookAsync();
        (await BoundAsync()).ShouldBe([ProgressPartitions.KeyOf(_id)]);

        _logs.GetOrAdd(_id).Leave(watcher);
        await UntilBoundAsync([], LookAsync);
    }

    [Fact]
    public async Task Partition_ThatIsUnboundAtTheBroker_IsBoundAgainWithinAMinute()
    {
        Keep();
        _logs.GetOrAdd(_id).Join(new Recorder(), after: null);
        await UntilBoundAsync([_id]);

        await _queues.UnbindAsync(ProgressPartitions.KeyOf(_id), TestContext.Current.CancellationToken);
        await _consumer.UnbindAsync(_consumer.Events, GenerationEventTypes.Image, "", TestContext.Current.CancellationToken);

        await UntilBoundAsync([_id], LookAsync);
        (await BindingsAsync()).ShouldContain(b => b[0] == GenerationEventTypes.Image && b[1] == _consumer.Events);
    }

    private void Keep() =>
        _keeping = new PartitionBindings(_logs, _everybody, TestLogs.Metrics(_clock), _clock).KeepAsync(_queues, _stop.Token);

    /// <summary>Lets the bindings be looked after once more: time goes on, and what that starts is done when the broker has answered us.</summary>
    private async Task LookAsync()
    {
        _clock.Advance(TimeSpan.FromSeconds(10));
        await _queues.BindAsync(TestContext.Current.CancellationToken);
    }

    private async Task UntilBoundAsync(Guid[] generations, Func<Task>? meanwhile = null)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!(await BoundAsync()).SequenceEqual(generations.Select(ProgressPartitions.KeyOf)))
        {
            if (_keeping.IsFaulted)
                await _keeping;
            await (meanwhile?.Invoke() ?? Task.CompletedTask);
            await Task.Delay(50, limit.Token); // Bindings can only be asked for.
        }
    }

    /// <summary>The keys by which both queues have progress and previews, but for that of all.</summary>
    private async Task<List<string>> BoundAsync()
    {
        var bindings = await BindingsAsync();
        var keys = bindings.Where(b => b[0] == ProgressPartitions.Exchange && b[1] == _consumer.Events && b[2].Length > 0).Select(b => b[2]).Order().ToList();
        var previews = bindings.Where(b => b[0] == ProgressPartitions.PreviewExchange && b[1] == _consumer.Previews && b[2].Length > 0).Select(b => b[2]).Order();
        return keys.SequenceEqual(previews) ? keys : ["not the same"];
    }

    private async Task<List<string[]>> BindingsAsync() =>
        [.. (await broker.ControlAsync("list_bindings", "-q", "-p", _virtualHost, "source_name", "destination_name", "routing_key")).Split('\n')
            .Select(line => line.Split('\t')).Where(parts => parts.Length == 3)];
}
