using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LockNGen.TestSupport;
using RabbitMQ.Client;

namespace LockNGen.IntegrationTests.Doors;

/// <summary>A door's queues end with its connection to the broker.</summary>
[Trait("Broker", "Private")]
public sealed class DoorReconnectTests(RabbitMqBroker broker) : IAsyncLifetime
{
    /// <summary>Longer than the test: what arrives comes from events.</summary>
    private static readonly Dictionary<string, string> WithoutComparison = new() { ["ComfyDoors__ReconcileInterval"] = "00:05:00" };

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private Deployment _deployment = null!;
    private ServiceProcess _door = null!;
    private ComfySocket _socket = null!;

    private static CancellationToken End => TestContext.Current.CancellationToken;

    private string VirtualHost => _deployment.Broker.AbsolutePath.Trim('/');

    public async ValueTask InitializeAsync()
    {
        _deployment = await Deployment.StartAsync(broker);
        _door = _deployment.StartDoor(WithoutComparison);
        await _door.ReadyAsync();
        _socket = await ComfySocket.ConnectAsync(_door.Url, "/ws?clientId=me");
    }

    public async ValueTask DisposeAsync()
    {
        await _socket.DisposeAsync();
        await _deployment.DisposeAsync();
    }

    [Fact]
    public async Task Door_WhoseConnectionWasClosed_HasOtherQueuesAndTheirEvents()
    {
        var before = await QueuesAsync();

        (await broker.CloseConnectionsAsync("a test", VirtualHost, "LockNGen.ComfyDoors")).ShouldBePositive();

        await UntilAsync(async () => (await QueuesAsync()) is { Count: 2 } queues && !queues.Intersect(before).Any());
        await RunAsync();
    }

    [Fact]
    public async Task Door_WhoseQueueIsStillLocked_HasItOnceItIsFree()
    {
        var names = (await QueuesAsync()).ConvertAll(q => q.Split('\t')[0]);

        // As its old connection would, if the broker had not noticed yet that it is lost.
        await using (var other = await new ConnectionFactory { Uri = _deployment.Broker, ClientProvidedName = "other" }.CreateConnectionAsync(End))
        {
            await using var channel = await other.CreateChannelAsync(cancellationToken: End);
            await _door.FreezeAsync();
            await broker.CloseConnectionsAsync("a test", VirtualHost, "LockNGen.ComfyDoors");
            foreach (var name in names)
                await channel.QueueDeclareAsync(name, durable: true, exclusive: true, autoDelete: true, cancellationToken: End);
            await _door.ThawAsync();
            await UntilAsync(async () => (await broker.ControlAsync("list_connections", "vhost", "client_properties"))
                .Split('\n').Any(l => l.Contains(VirtualHost, StringComparison.Ordinal) && l.Contains("LockNGen.ComfyDoors", StringComparison.Ordinal)));
        }

        await UntilAsync(async () => (await QueuesAsync()).Count == 2);
        await RunAsync();
    }

    private async Task RunAsync()
    {
        using var response = await _door.Http.PostAsJsonAsync("prompt", new JsonObject { ["prompt"] = Graphs.TextToImage(), ["client_id"] = "me" }, End);
        var id = (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>(End))!["prompt_id"]!.ToString();
        await _socket.WaitAsync("progress", id);
        await _socket.WaitForEndAsync(id);
    }

    /// <summary>Name and process of each queue of the door that is read.</summary>
    private async Task<List<string>> QueuesAsync() =>
        [.. (await broker.ControlAsync("list_queues", "-p", VirtualHost, "name", "pid", "consumers")).Split('\n')
            .Where(l => l.StartsWith("comfy-doors-", StringComparison.Ordinal) && l.EndsWith("\t1", StringComparison.Ordinal))];

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await condition())
            await Task.Delay(100, limit.Token); // A state that can only be asked for.
    }
}
