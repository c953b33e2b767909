using LockNGen.Contracts;
using LockNGen.Messaging;
using LockNGen.RealtimeGateway.Broker;
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
    private readonly ReplicaQueues _queues = new(Options.Create(new ReplicaOptions { Name = "tested" }), Options.Create(new BusOptions()));
    private readonly CancellationTokenSource _stop = new();
    private readonly Guid _id = Guid.NewGuid();
    private GenerationLogs _logs = null!;
    private IConnection _connection = null!;
    private IChannel _channel = null!;
    private Task _keeping = Task.CompletedTask;
    private string _virtualHost = "";

    public async ValueTask InitializeAsync()
    {
        var address = new Uri(await broker.CreateVirtualHostAsync());
        _virtualHost = address.AbsolutePath.Trim('/');
        _connection = await new ConnectionFactory { Uri = address }.CreateConnectionAsync();
        _channel = await _connection.CreateChannelAsync();
        await _queues.DeclareAsync(_channel, TestContext.Current.CancellationToken);
        _logs = TestLogs.Create(clock: _clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _connection.DisposeAsync();
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
    public async Task Partition_ThatSomebodyUnbinds_IsBoundAgainInAMinute()
    {
        Keep();
        _logs.GetOrAdd(_id).Join(new Recorder(), after: null);
        await UntilBoundAsync([_id]);
        await using var channel = await _connection.CreateChannelAsync();

        await _queues.UnbindAsync(channel, ProgressPartitions.KeyOf(_id), TestContext.Current.CancellationToken);
        await channel.QueueUnbindAsync(_queues.Events, GenerationEventTypes.Image, "");

        await UntilBoundAsync([_id], LookAsync);
        (await BindingsAsync()).ShouldContain(b => b[0] == GenerationEventTypes.Image && b[1] == _queues.Events);
    }

    [Fact]
    public async Task Partitions_ThatTheQueueHasFromBefore_AreLetGo()
    {
        await _queues.BindAsync(_channel, ProgressPartitions.KeyOf(_id), TestContext.Current.CancellationToken);
        await _channel.QueueBindAsync(_queues.Events, GenerationEventTypes.Progress, "");
        await _queues.DeclareAsync(_channel, TestContext.Current.CancellationToken);

        Keep();

        await UntilBoundAsync([]);
        (await BindingsAsync()).ShouldNotContain(b => b[0] == GenerationEventTypes.Progress && b[1] == _queues.Events);
    }

    private void Keep() =>
        _keeping = new PartitionBindings(_queues, _logs, _everybody, TestLogs.Metrics(_clock), _clock).KeepAsync(_channel, _stop.Token);

    /// <summary>Lets the bindings be looked after once more: time goes on, and what that starts is done when the broker has answered us.</summary>
    private async Task LookAsync()
    {
        _clock.Advance(TimeSpan.FromSeconds(10));
        await _queues.DeclareAsync(_channel, TestContext.Current.CancellationToken);
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
        var keys = bindings.Where(b => b[0] == ProgressPartitions.Exchange && b[1] == _queues.Events && b[2].Length > 0).Select(b => b[2]).Order().ToList();
        var previews = bindings.Where(b => b[0] == ProgressPartitions.PreviewExchange && b[1] == _queues.Previews && b[2].Length > 0).Select(b => b[2]).Order();
        return keys.SequenceEqual(previews) ? keys : ["not the same"];
    }

    private async Task<List<string[]>> BindingsAsync() =>
        [.. (await broker.ControlAsync("list_bindings", "-q", "-p", _virtualHost, "source_name", "destination_name", "routing_key")).Split('\n')
            .Select(line => line.Split('\t')).Where(parts => parts.Length == 3)];
}
