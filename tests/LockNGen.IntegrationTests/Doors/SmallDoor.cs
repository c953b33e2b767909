using LockNGen.TestSupport;

namespace LockNGen.IntegrationTests.Doors;

/// <summary>A farm whose door and queue are small.</summary>
public sealed class SmallDoor(RabbitMqBroker broker) : IAsyncLifetime
{
    private Deployment _deployment = null!;

    public ServiceProcess Door { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _deployment = await Deployment.StartAsync(broker, stepMilliseconds: 20, apiSettings: new Dictionary<string, string> { ["Queue__MaxDepth"] = "4" });
        Door = _deployment.StartDoor(new Dictionary<string, string>
        {
            ["ComfyDoors__MaxSockets"] = "2",
            ["ComfyDoors__MaxPromptBytes"] = "100000",
            ["ComfyDoors__MaxUploadBytes"] = "100000",
            ["ComfyDoors__MaxHistoryBytes"] = "65536",
        });
        await Door.ReadyAsync();
    }

    public ValueTask DisposeAsync() => _deployment.DisposeAsync();
}
