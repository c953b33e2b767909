using System.Net.WebSockets;
using System.Text;
using LockNGen.Contracts;
using static LockNGen.RealtimeGateway.Tests.SomeEvents;

namespace LockNGen.RealtimeGateway.Tests.WebSockets;

/// <summary>permessage-deflate with .NET's own client on the other end, which would fail on a frame that is not RFC 7692.</summary>
public sealed class CompressionTests
{
    private const string Offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";

    [Fact]
    public async Task Client_ThatOffersCompression_ReadsTheSameEvents()
    {
        await using var gateway = await GatewayHost.StartAsync(new Dictionary<string, string?> { ["Connections:Compression"] = "true" });
        var id = Guid.NewGuid();
        var life = Life(id).ToList();
        await gateway.PublishAndSeeAsync(life);
        using var client = new ClientWebSocket();
        client.Options.DangerousDeflateOptions = new WebSocketDeflateOptions { ServerContextTakeover = false, ClientContextTakeover = false };
        await client.ConnectAsync(new UriBuilder(gateway.Url) { Scheme = "ws", Path = "/api/ws/progress", Query = $"generationId={id}&after=0" }.Uri, CancellationToken.None);

        var frames = new List<string>();
        while (frames.Count < life.Count + 1)
            frames.Add(await ReadAsync(client));

        frames.Skip(1).ShouldBe(life.Select(e => Encoding.UTF8.GetString(ContractsJson.Serialize(e))));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public async Task Handshake_AcceptsCompressionOnlyWhereItIsEnabled(string enabled, bool accepted)
    {
        await using var gateway = await GatewayHost.StartAsync(new Dictionary<string, string?> { ["Connections:Compression"] = enabled });

        await using var client = await RawClient.ConnectAsync(gateway.Url, headers: Offer);

        client.Answer.Contains("permessage-deflate; server_no_context_takeover", StringComparison.Ordinal).ShouldBe(accepted);
    }

    private static async Task<string> ReadAsync(ClientWebSocket client)
    {
        var buffer = new byte[1 << 16];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var result = await client.ReceiveAsync(buffer, limit.Token);
        result.EndOfMessage.ShouldBeTrue();
        return Encoding.UTF8.GetString(buffer, 0, result.Count);
    }
}
