using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LockNGen.TestSupport;

namespace LockNGen.ComfyUiSimulator.Tests;

/// <summary>The graphs that tests submit.</summary>
internal static class Workflows
{
    /// <summary>Its result is in a subfolder.</summary>
    public static JsonObject TextToImage(long seed = 1, int steps = 4, int size = 64, int batch = 1) =>
        Graphs.TextToImage(seed, steps, size, batch, prefix: "test/picture");

    /// <summary>A progress bar and a temporary picture.</summary>
    public static JsonObject Progress(int steps = 3, int seed = 1, int sleep = 0, string preview = "none") => new()
    {
        ["10"] = Graphs.Node(
            "LabProgress", ("steps", steps), ("sleep_ms", sleep), ("preview", preview), ("preview_px", 32), ("max_px", 32), ("noise", false), ("seed", seed)),
        ["11"] = Graphs.Node("PreviewImage", ("images", Graphs.Link("10"))),
    };

    /// <summary>Submits and expects success.</summary>
    public static async Task<string> SubmitAsync(this SimulatorHost host, JsonObject prompt, string? clientId = "tester", string? promptId = null)
    {
        var body = new JsonObject { ["prompt"] = prompt };
        if (clientId is not null)
            body["client_id"] = clientId;
        if (promptId is not null)
            body["prompt_id"] = promptId;
        using var answer = await host.Http.PostAsJsonAsync("/prompt", body);
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(200, text);
        return JsonNode.Parse(text)!["prompt_id"]!.GetValue<string>();
    }

    public static async Task<JsonObject?> HistoryAsync(this SimulatorHost host, string promptId) =>
        (await host.Http.GetFromJsonAsync<JsonObject>($"/history/{promptId}"))![promptId] as JsonObject;
}
