using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using LockNGen.TestSupport;

namespace LockNGen.IntegrationTests.Product;

/// <summary>The door as a process of its own, with events of a real broker.</summary>
public sealed class DoorTests(RabbitMqBroker broker)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task PromptOfOneReplica_IsToldByTheOther_AndByOneThatComesAfterBothWereKilled()
    {
        await using var deployment = await Deployment.StartAsync(broker, stepMilliseconds: 50);
        ServiceProcess one = deployment.StartDoor(), two = deployment.StartDoor();
        await Task.WhenAll(one.ReadyAsync(), two.ReadyAsync());
        await using var listener = await Listener.ConnectAsync(two.Url);

        var first = await SubmitAsync(one, steps: 4);
        var frames = await listener.UntilEndAsync(first);
        Types(frames, first).ShouldBe(["execution_start", "execution_cached", "executing", "progress", "executed", "execution_success", "end"]);
        frames.ShouldContain("binary");

        var second = await SubmitAsync(one, steps: 60);
        await listener.UntilAsync(f => f.StartsWith("progress ", StringComparison.Ordinal));
        await one.KillAsync();
        await two.KillAsync();
        var three = deployment.StartDoor();
        await three.ReadyAsync();
        await using var again = await Listener.ConnectAsync(three.Url);
        Types(await again.UntilEndAsync(second), second).ShouldNotContain("execution_start");
        var history = await three.Http.GetFromJsonAsync<JsonElement>($"history/{second}", TestContext.Current.CancellationToken);
        history.GetProperty(second).GetProperty("status").GetProperty("status_str").GetString().ShouldBe("success");
    }

    private static List<string> Types(IEnumerable<string> frames, string id) =>
        [.. frames.Where(f => f.EndsWith(id, StringComparison.Ordinal)).Select(f => f.Split(' ')[0]).Where(t => t != "progress_state").Distinct()];

    private static async Task<string> SubmitAsync(ServiceProcess door, int steps)
    {
        var prompt = new Dictionary<string, object>
        {
            ["3"] = new
            {
                class_type = "KSampler",
                inputs = new
                {
                    cfg = 8, denoise = 1, latent_image = new object[] { "5", 0 }, model = new object[] { "4", 0 }, negative = new object[] { "7", 0 },
                    positive = new object[] { "7", 0 }, sampler_name = "euler", scheduler = "normal", seed = 5, steps,
                },
            },
            ["4"] = new { class_type = "CheckpointLoaderSimple", inputs = new { ckpt_name = "v1-5-pruned-emaonly.safetensors" } },
            ["5"] = new { class_type = "EmptyLatentImage", inputs = new { batch_size = 1, height = 128, width = 128 } },
            ["7"] = new { class_type = "CLIPTextEncode", inputs = new { clip = new object[] { "4", 1 }, text = "a lighthouse" } },
            ["8"] = new { class_type = "VAEDecode", inputs = new { samples = new object[] { "3", 0 }, vae = new object[] { "4", 2 } } },
            ["9"] = new { class_type = "SaveImage", inputs = new { filename_prefix = "ComfyUI", images = new object[] { "8", 0 } } },
        };
        using var response = await door.Http.PostAsJsonAsync("prompt", new { prompt, client_id = "c" }, TestContext.Current.CancellationToken);
        var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        response.IsSuccessStatusCode.ShouldBeTrue(answer);
        return JsonElement.Parse(answer).GetProperty("prompt_id").GetString()!;
    }

    /// <summary>A socket that keeps its frames as <c>type prompt</c>; <c>end</c> is executing without a node.</summary>
    private sealed class Listener(ClientWebSocket socket) : IAsyncDisposable
    {
        private readonly List<string> _frames = [];

        public static async Task<Listener> ConnectAsync(Uri door)
        {
            var socket = new ClientWebSocket();
            await socket.ConnectAsync(new Uri($"ws://{door.Authority}/ws?clientId=c"), TestContext.Current.CancellationToken);
            return new Listener(socket);
        }

        public async Task<List<string>> UntilEndAsync(string id)
        {
            await UntilAsync(f => f == "end " + id);
            return _frames;
        }

        public async Task UntilAsync(Func<string, bool> wanted)
        {
            using var limit = new CancellationTokenSource(Patience);
            var buffer = new byte[1 << 20];
            while (true)
            {
                var length = 0;
                WebSocketReceiveResult received;
                do
                {
                    received = await socket.ReceiveAsync(new ArraySegment<byte>(buffer, length, buffer.Length - length), limit.Token);
                    length += received.Count;
                }
                while (!received.EndOfMessage);
                var frame = received.MessageType == WebSocketMessageType.Binary ? "binary" : Name(JsonElement.Parse(Encoding.UTF8.GetString(buffer, 0, length)));
                _frames.Add(frame);
                if (wanted(frame))
                    return;
            }
        }

        public ValueTask DisposeAsync()
        {
            socket.Dispose();
            return ValueTask.CompletedTask;
        }

        private static string Name(JsonElement frame)
        {
            var data = frame.GetProperty("data");
            var type = data.TryGetProperty("node", out var node) && node.ValueKind == JsonValueKind.Null ? "end" : frame.GetProperty("type").GetString();
            return data.TryGetProperty("prompt_id", out var id) ? $"{type} {id.GetString()}" : type!;
        }
    }
}
