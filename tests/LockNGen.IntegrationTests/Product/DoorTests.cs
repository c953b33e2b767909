using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.TestSupport;

namespace LockNGen.IntegrationTests.Product;

/// <summary>The door as a separate process, with events from a real broker.</summary>
public sealed class DoorTests(RabbitMqBroker broker)
{
    [Fact]
    public async Task PromptOfOneReplica_IsReportedByTheOther_AndByOneThatComesAfterBothWereKilled()
    {
        await using var deployment = await Deployment.StartAsync(broker, stepMilliseconds: 50);
        ServiceProcess one = deployment.StartDoor(), two = deployment.StartDoor();
        await Task.WhenAll(one.ReadyAsync(), two.ReadyAsync());
        await using var listener = await ComfySocket.ConnectAsync(two.Url, "/ws?clientId=c");

        var first = await SubmitAsync(one, steps: 4);
        await listener.WaitForEndAsync(first);
        Types(listener, first).ShouldBe(["execution_start", "execution_cached", "executing", "progress", "executed", "execution_success", "end"]);
        listener.Frames.ShouldContain(f => f.Json == null);

        var second = await SubmitAsync(one, steps: 60);
        await listener.WaitAsync("progress", second);
        await one.KillAsync();
        await two.KillAsync();
        var three = deployment.StartDoor();
        await three.ReadyAsync();
        await using var again = await ComfySocket.ConnectAsync(three.Url, "/ws?clientId=c");
        await again.WaitForEndAsync(second);
        Types(again, second).ShouldNotContain("execution_start");
        var history = await three.Http.GetFromJsonAsync<JsonElement>($"history/{second}", TestContext.Current.CancellationToken);
        history.GetProperty(second).GetProperty("status").GetProperty("status_str").GetString().ShouldBe("success");
    }

    /// <summary>What was sent about a prompt, each kind once; <c>end</c> is executing without a node.</summary>
    private static List<string> Types(ComfySocket socket, string id) =>
        [.. socket.Frames.Where(f => f.Data?["prompt_id"]?.ToString() == id && f.Kind != "progress_state")
            .Select(f => f is { Kind: "executing", Data: { } data } && data["node"] is null ? "end" : f.Kind).Distinct()];

    private static async Task<string> SubmitAsync(ServiceProcess door, int steps)
    {
        var prompt = Graphs.TextToImage(steps: steps, size: 128);
        using var response = await door.Http.PostAsJsonAsync("prompt", new { prompt, client_id = "c" }, TestContext.Current.CancellationToken);
        var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        response.IsSuccessStatusCode.ShouldBeTrue(answer);
        return JsonElement.Parse(answer).GetProperty("prompt_id").GetString()!;
    }
}
