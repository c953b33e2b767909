using LockNGen.TestSupport;
using RabbitMQ.Client;

namespace LockNGen.Benchmarks.Fanout;

/// <summary>A server on its own virtual host, and a connection that publishes to it.</summary>
internal sealed class FanoutStage : IAsyncDisposable
{
    private readonly IConnection _connection;

    private FanoutStage(FanoutServer server, IConnection connection) => (Server, _connection) = (server, connection);

    public FanoutServer Server { get; }

    public static async Task<FanoutStage> StartAsync(RabbitMqBroker broker, Func<string, Task<FanoutServer>> start)
    {
        var address = await broker.CreateVirtualHostAsync();
        var server = await start(address);
        return new FanoutStage(server, await new ConnectionFactory { Uri = new Uri(address) }.CreateConnectionAsync());
    }

    /// <summary>A channel for one publisher; it ends with the stage.</summary>
    public Task<IChannel> OpenChannelAsync() => _connection.CreateChannelAsync();

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await Server.DisposeAsync();
    }
}
