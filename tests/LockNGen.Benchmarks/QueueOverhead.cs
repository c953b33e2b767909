using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.TestSupport;

namespace LockNGen.Benchmarks;

/// <summary>
/// What the queue adds to a call of ComfyUI itself: the same prompt on the same idle server, in turn straight to ComfyUI (POST /prompt, its WebSocket,
/// /view) and through the product (POST, the gateway's WebSocket, the picture), each from the first byte asked to the last of the picture.
/// </summary>
internal static class QueueOverhead
{
    private const int Runs = 40;
    private const int WarmUp = 5;
    private const int Steps = 20;

    public static async Task RunAsync()
    {
        await using var broker = new RabbitMqBroker();
        await broker.InitializeAsync();
        await using var deployment = await Deployment.StartAsync(broker, stepMilliseconds: 20);
        List<double> direct = [], queued = [];
        for (var i = -WarmUp; i < Runs; i++)
        {
            var straight = await TimeAsync(() => DirectAsync(deployment.Simulator));
            var through = await TimeAsync(() => QueuedAsync(deployment));
            if (i < 0)
                continue; // lets the JIT settle
            direct.Add(straight);
            queued.Add(through);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"overhead, {Runs} prompts of {Steps} steps each way: straight to ComfyUI {Median(direct):0} ms (median), through the queue {Median(queued):0} ms, difference {Median(queued) - Median(direct):0} ms"));
    }

    private static async Task<double> TimeAsync(Func<Task> run)
    {
        var started = Stopwatch.GetTimestamp();
        await run();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static async Task DirectAsync(ServiceProcess comfyUi)
    {
        var client = Guid.NewGuid().ToString("N");
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(comfyUi.Url) { Scheme = "ws", Path = "/ws", Query = $"clientId={client}" }.Uri, CancellationToken.None);
        using var answer = await comfyUi.Http.PostAsJsonAsync("prompt", new JsonObject { ["prompt"] = Workflow(), ["client_id"] = client });
        answer.EnsureSuccessStatusCode();
        var id = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("prompt_id").GetString()!;
        var buffer = new byte[1 << 20];
        while (!await IsLastAsync(socket, buffer, id))
        {
            // Frames of the way there.
        }

        var image = (await comfyUi.Http.GetFromJsonAsync<JsonElement>($"history/{id}")).GetProperty(id).GetProperty("outputs").GetProperty("9").GetProperty("images")[0];
        await comfyUi.Http.GetByteArrayAsync($"view?filename={image.GetProperty("filename")}&subfolder={image.GetProperty("subfolder")}&type={image.GetProperty("type")}");
    }

    private static async Task<bool> IsLastAsync(ClientWebSocket socket, byte[] buffer, string id)
    {
        var length = 0;
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
            length += part.Count;
        }
        while (!part.EndOfMessage);

        if (part.MessageType != WebSocketMessageType.Text)
            return false;
        using var frame = JsonDocument.Parse(buffer.AsMemory(0, length));
        return frame.RootElement.GetProperty("type").GetString() == "executing"
            && frame.RootElement.GetProperty("data").GetProperty("node").ValueKind == JsonValueKind.Null
            && frame.RootElement.GetProperty("data").GetProperty("prompt_id").GetString() == id;
    }

    private static async Task QueuedAsync(Deployment deployment)
    {
        var id = Guid.NewGuid();
        using var answer = await deployment.Api.Http.PostAsJsonAsync("api/generations", new JsonObject { ["id"] = id.ToString(), ["workflow"] = Workflow() });
        answer.EnsureSuccessStatusCode();
        await using var client = await ProgressClient.ConnectAsync(deployment.Gateways[0].Url, $"generationId={id}&after=0");
        await client.UntilAsync("generation.completed");
        await deployment.Api.Http.GetByteArrayAsync($"api/generations/{id}/images/1");
    }

    /// <summary>A seed of its own each time: nothing comes from ComfyUI's cache.</summary>
    private static JsonObject Workflow() => JsonNode.Parse(
        $$$"""
        {
          "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "v1-5-pruned-emaonly.safetensors"}},
          "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 256, "height": 256, "batch_size": 1}},
          "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a lighthouse at dusk", "clip": ["4", 1]}},
          "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["4", 1]}},
          "3": {"class_type": "KSampler", "inputs": {"model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0],
                "seed": {{{Random.Shared.Next()}}}, "steps": {{{Steps}}}, "cfg": 7, "sampler_name": "euler", "scheduler": "normal", "denoise": 1}},
          "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
          "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0], "filename_prefix": "overhead"}}
        }
        """)!.AsObject();

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
