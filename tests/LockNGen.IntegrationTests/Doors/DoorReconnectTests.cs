using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LockNGen.TestSupport;
using RabbitMQ.Client;

namespace LockNGen.IntegrationTests.Doors;

/// <summary>A door's queues end with its connection to the broker.</summary>
[Trait("Broker", "Private")]
public sealed class DoorReconnectTests(RabbitMqBroker broker)
{
    /// <summary>Longer than the test: what arrives comes from events.</summary>
    private static readonly Dictionary<string, string> WithoutComparison = new() { ["ComfyDoors__ReconcileInterval"] = "00:05:00" };

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken End => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Door_WhoseConnectionWasClosed_HasOtherQueuesAndTheirEvents()
    {
        await using var deployment = await Deployment.StartAsync(broker);
        var door = deployment.StartDoor(WithoutComparison);
        await door.ReadyAsync();
        await using var socket = await ComfySocket.ConnectAsync(door.Url, "/ws?clientId=me");
        var before = await QueuesAsync(deployment);

        (await broker.CloseConnectionsAsync("a test", VirtualHostOf(deployment), "LockNGen.ComfyDoors")).ShouldBePositive();

        await UntilAsync(async () => (await QueuesAsync(deployment)) is { Count: 2 } queues && !queues.Intersect(before).Any());
        await RunAsync(door, socket);
    }

    [Fact]
    public async Task Door_WhoseQueueIsStillLocked_HasItOnceItIsFree()
    {
        await using var deployment = await Deployment.StartAsync(broker);
        var door = deployment.StartDoor(WithoutComparison);
        await door.ReadyAsync();
        await using var socket = await ComfySocket.ConnectAsync(door.Url, "/ws?clientId=me");
        var names = (await QueuesAsync(deployment)).ConvertAll(q => q.Split('\t')[0]);

        // As its old connection would, if the broker had not noticed yet that it is lost.
        await using (var other = await new ConnectionFactory { Uri = deployment.Broker, ClientProvidedName = "other" }.CreateConnectionAsync(End))
        {
            await using var channel = await other.CreateChannelAsync(cancellationToken: End);
            await door.FreezeAsync();
            await broker.CloseConnectionsAsync("a test", VirtualHostOf(deployment), "LockNGen.ComfyDoors");
            foreach (var name in names)
                await channel.QueueDeclareAsync(name, durable: true, exclusive: true, autoDelete: true, cancellationToken: End);
            await door.ThawAsync();
            await UntilAsync(async () => (await broker.ControlAsync("list_connections", "vhost", "client_properties"))
                .Split('\n').Any(l => l.Contains(VirtualHostOf(deployment), StringComparison.Ordinal) && l.Contains("LockNGen.ComfyDoors", StringComparison.Ordinal)));
        }

        await UntilAsync(async () => (await QueuesAsync(deployment)).Count == 2);
        await RunAsync(door, socket);
    }

    private static async Task RunAsync(ServiceProcess door, ComfySocket socket)
    {
        using var response = await door.Http.PostAsJsonAsync("prompt", new JsonObject { ["prompt"] = Graphs.TextToImage(), ["client_id"] = "me" }, End);
        var id = (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>(End))!["prompt_id"]!.ToString();
        await socket.WaitAsync("progress", id);
        await socket.WaitForEndAsync(id);
    }

    /// <summary>Name and process of each queue of the door that is read.</summary>
    private async Task<List<string>> QueuesAsync(Deployment deployment) =>
        [.. (await broker.ControlAsync("list_queues", "-p", VirtualHostOf(deployment), "name", "pid", "consumers")).Split('\n')
            .Where(l => l.StartsWith("comfy-doors-", StringComparison.Ordinal) && l.EndsWith("\t1", StringComparison.Ordinal))];

    private static string VirtualHostOf(Deployment deployment) => deployment.Broker.AbsolutePath.Trim('/');

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await condition())
            await Task.Delay(100, limit.Token); // A state that can only be asked for.
    }
}
