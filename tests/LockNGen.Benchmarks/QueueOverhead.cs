using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LockNGen.TestSupport;

namespace LockNGen.Benchmarks;

/// <summary>
/// What the queue adds to a call of ComfyUI itself: the same prompt on the same idle server, alternately directly to ComfyUI (POST /prompt, its WebSocket,
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
            $"overhead, {Runs} prompts of {Steps} steps each way: straight to ComfyUI {direct.Median():0} ms (median), through the queue {queued.Median():0} ms, difference {queued.Median() - direct.Median():0} ms"));
    }

    private static async Task<double> TimeAsync(Func<Task> run)
    {
        var started = Stopwatch.GetTimestamp();
        await run();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static async Task DirectAsync(ServiceProcess comfyUi)
    {
        using var client = await ComfyClient.ConnectAsync(comfyUi);
        await client.RunAsync(BenchmarkWorkflow.Of(Steps));
    }

    private static async Task QueuedAsync(Deployment deployment)
    {
        var id = Guid.NewGuid();
        using var answer = await deployment.Api.Http.PostAsJsonAsync("api/generations", new JsonObject { ["id"] = id.ToString(), ["workflow"] = BenchmarkWorkflow.Of(Steps) });
        answer.EnsureSuccessStatusCode();
        await using var client = await ProgressClient.ConnectAsync(deployment.Gateways[0].Url, $"generationId={id}&after=0");
        await client.UntilAsync("generation.completed");
        await deployment.Api.Http.GetByteArrayAsync($"api/generations/{id}/images/1");
    }
}
