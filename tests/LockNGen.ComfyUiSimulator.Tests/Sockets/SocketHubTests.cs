using System.Net.Sockets;
using System.Text;
using LockNGen.TestSupport;

namespace LockNGen.ComfyUiSimulator.Tests.Sockets;

public sealed class SocketHubTests
{
    [Fact]
    public async Task Send_ClientThatDoesNotRead_StallsEveryoneUntilItIsGone()
    {
        await using var host = await SimulatorHost.StartAsync();
        await using var healthy = await ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=healthy");
        var slow = await ConnectWithoutReadingAsync(host, "slow");

        // Far more than TCP's buffers hold.
        var blocking = await host.SubmitAsync(NoisePreviews(steps: 24), "slow");
        var behind = await host.SubmitAsync(Workflows.Progress(), "healthy");
        await host.WaitForQueueAsync(0);

        (await host.HistoryAsync(blocking)).ShouldNotBeNull("prompts go on without their listener");
        (await host.HistoryAsync(behind)).ShouldNotBeNull();
        healthy.Frames.ShouldNotContain(f => f.Kind == "execution_start");

        slow.Dispose();
        await healthy.WaitForEndAsync(behind);
    }

    private static System.Text.Json.Nodes.JsonObject NoisePreviews(int steps)
    {
        var prompt = Workflows.Progress(steps, preview: "PNG");
        prompt["10"]!["inputs"]!["noise"] = true;
        prompt["10"]!["inputs"]!["max_px"] = 768;
        return prompt;
    }

    private static async Task<TcpClient> ConnectWithoutReadingAsync(SimulatorHost host, string clientId)
    {
        var client = new TcpClient { ReceiveBufferSize = 4096, LingerState = new LingerOption(enable: true, seconds: 0) };
        await client.ConnectAsync(host.BaseAddress.Host, host.BaseAddress.Port);
        var handshake = $"GET /ws?clientId={clientId} HTTP/1.1\r\nHost: {host.BaseAddress.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(handshake));
        await host.WaitForSocketAsync(clientId);
        return client;
    }
}
