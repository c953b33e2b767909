using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.TestSupport;

namespace LockNGen.Benchmarks;

/// <summary>A program that speaks to a ComfyUI, or to what looks like one: a socket, and one prompt after the other.</summary>
internal sealed class ComfyClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ServiceProcess _comfyUi;
    private readonly string _id = Guid.NewGuid().ToString("N");
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[1 << 20];

    private ComfyClient(ServiceProcess comfyUi) => _comfyUi = comfyUi;

    /// <summary>Connects, and waits for the first frame.</summary>
    public static async Task<ComfyClient> ConnectAsync(ServiceProcess comfyUi)
    {
        var client = new ComfyClient(comfyUi);
        using var limit = new CancellationTokenSource(Patience);
        await client._socket.ConnectAsync(new UriBuilder(comfyUi.Url) { Scheme = "ws", Path = "/ws", Query = $"clientId={client._id}" }.Uri, limit.Token);
        await client.ReceiveAsync(limit.Token);
        return client;
    }

    /// <summary>Submits a workflow, follows it to its end and fetches its picture.</summary>
    public async Task<ComfyRun> RunAsync(JsonObject workflow, bool withPicture = true)
    {
        using var limit = new CancellationTokenSource(Patience);
        var asked = Stopwatch.GetTimestamp();
        var following = FollowAsync(asked, limit.Token);
        using var response = await _comfyUi.Http.PostAsJsonAsync("prompt", new JsonObject { ["prompt"] = workflow, ["client_id"] = _id }, limit.Token);
        response.EnsureSuccessStatusCode();
        var id = (await response.Content.ReadFromJsonAsync<JsonElement>(limit.Token)).GetProperty("prompt_id").GetString()!;
        var accepted = Since(asked);
        var run = await following with { Accepted = accepted };
        if (!withPicture)
            return run;
        var image = (await _comfyUi.Http.GetFromJsonAsync<JsonElement>($"history/{id}", limit.Token)).GetProperty(id).GetProperty("outputs").GetProperty(Graphs.Output).GetProperty("images")[0];
        await _comfyUi.Http.GetByteArrayAsync($"view?filename={image.GetProperty("filename")}&subfolder={image.GetProperty("subfolder")}&type={image.GetProperty("type")}", limit.Token);
        return run with { Fetched = Since(asked) };
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>When the frames of the next prompt come.</summary>
    private async Task<ComfyRun> FollowAsync(long asked, CancellationToken cancellationToken)
    {
        var run = new ComfyRun();
        while (true)
        {
            var (type, isLast) = await ReceiveAsync(cancellationToken);
            run = type switch
            {
                "execution_start" => run with { Started = Since(asked) },
                "progress" when run.Progressed == 0 => run with { Progressed = Since(asked) },
                _ when isLast => run with { Ended = Since(asked) },
                _ => run,
            };
            if (isLast)
                return run;
        }
    }

    private async Task<(string? Type, bool IsLast)> ReceiveAsync(CancellationToken cancellationToken)
    {
        var length = 0;
        ValueWebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(_buffer.AsMemory(length), cancellationToken);
            length += part.Count;
        }
        while (!part.EndOfMessage);

        if (part.MessageType != WebSocketMessageType.Text)
            return (null, false);
        using var frame = JsonDocument.Parse(_buffer.AsMemory(0, length));
        var type = frame.RootElement.GetProperty("type").GetString();
        return (type, type == "executing" && frame.RootElement.GetProperty("data").GetProperty("node").ValueKind == JsonValueKind.Null);
    }

    private static double Since(long asked) => Stopwatch.GetElapsedTime(asked).TotalMilliseconds;
}

/// <summary>Milliseconds from the submission to what its client saw of it.</summary>
internal sealed record ComfyRun
{
    public double Accepted { get; init; }
    public double Started { get; init; }
    public double Progressed { get; init; }
    public double Ended { get; init; }
    public double Fetched { get; init; }
}
