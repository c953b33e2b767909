using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using LockNGen.TestSupport;

namespace LockNGen.IntegrationTests.Doors;

/// <summary>The limits that docs/doors.md states, and what needs no more than a small farm.</summary>
public sealed class DoorLimitsTests(SmallDoor farm) : IClassFixture<SmallDoor>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private HttpClient Http => farm.Door.Http;

    private static CancellationToken End => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sockets_MoreThanMaxSockets_AreRefusedUntilOneIsClosed()
    {
        await using var first = await ComfySocket.ConnectAsync(farm.Door.Url, "/ws?clientId=one");
        await using var second = await ComfySocket.ConnectAsync(farm.Door.Url, "/ws?clientId=two");
        using var third = new ClientWebSocket();
        third.Options.CollectHttpResponseDetails = true;
        await Should.ThrowAsync<WebSocketException>(() => third.ConnectAsync(new Uri($"ws://{farm.Door.Url.Authority}/ws"), End));
        third.HttpStatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        third.HttpResponseHeaders!["Retry-After"].ShouldBe(["5"]);
        await second.CloseAsync();

        await using var again = await OpenAsync();
        await again.CloseAsync();
        await first.CloseAsync();

        // The close is answered before the place is free.
        async Task<ComfySocket> OpenAsync()
        {
            using var limit = new CancellationTokenSource(Patience);
            while (true)
            {
                try
                {
                    return await ComfySocket.ConnectAsync(farm.Door.Url, "/ws?clientId=again");
                }
                catch (WebSocketException) when (!limit.IsCancellationRequested)
                {
                    await Task.Delay(20, End);
                }
            }
        }
    }

    [Fact]
    public async Task Prompt_LargerThanMaxPromptBytes_Is413()
    {
        using var response = await Http.PostAsJsonAsync("prompt", Prompt(new string('a', 100_000)), End);

        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await response.Content.ReadFromJsonAsync<JsonObject>(End))!["error"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Upload_LargerThanMaxUploadBytes_Is413()
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(new byte[200_000]), "image", "big.png" } };
        using var response = await Http.PostAsync("upload/image", form, End);

        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task History_WithMaxItems_HasAsManyFullEntriesAsThereIsRoomFor_AndWithoutItAllOfThemWithoutWorkflows()
    {
        List<string> ids = [];
        for (var i = 0; i < 3; i++)
            ids.Add(await RunAsync(Prompt(new string((char)('a' + i), 25_000))));

        var full = await Http.GetFromJsonAsync<JsonObject>("history?max_items=3", End);
        var brief = await Http.GetFromJsonAsync<JsonObject>("history", End);

        full!.Select(p => p.Key).ShouldBe(ids[1..]);
        full!.ShouldAllBe(p => p.Value!["prompt"]![2]!.AsObject().Count > 0);
        ids.ShouldAllBe(id => brief![id]!["prompt"]![2]!.AsObject().Count == 0);
        (await Http.GetFromJsonAsync<JsonObject>("history?max_items=-1", End))!.Count.ShouldBe(0);
        var newest = await JobsAsync("status=Completed&limit=2");
        newest.ShouldBe([ids[2], ids[1]]);
        (await JobsAsync("sort_order=asc")).Where(ids.Contains).ShouldBe(ids);
        (await JobsAsync("sort_order=asc&offset=1&limit=1000")).Where(ids.Contains).Count().ShouldBeGreaterThanOrEqualTo(2);
        (await JobsAsync("sort_by=execution_duration")).Where(ids.Contains).Count().ShouldBe(3);
        (await JobsAsync("workflow_id=none")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Socket_ThatSendsMoreThanFourMebibytes_IsClosedWith1009()
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{farm.Door.Url.Authority}/ws"), End);
        await socket.SendAsync(new byte[(4 << 20) + 1], WebSocketMessageType.Text, endOfMessage: true, End);

        while ((await socket.ReceiveAsync(new byte[4096], End)).MessageType != WebSocketMessageType.Close)
        {
            // The status, which every socket is told.
        }

        socket.CloseStatus.ShouldBe(WebSocketCloseStatus.MessageTooBig);
    }

    [Fact]
    public async Task Prompt_BeyondWhatTheQueueHolds_Is429_WithATimeToWait()
    {
        HttpResponseMessage response;
        List<string> ids = [];
        while ((response = await Http.PostAsJsonAsync("prompt", Prompt("waits", steps: 400), End)).IsSuccessStatusCode)
        {
            ids.Add((await response.Content.ReadFromJsonAsync<JsonObject>(End))!["prompt_id"]!.ToString());
            response.Dispose();
            ids.Count.ShouldBeLessThan(20);
        }

        using (response)
        {
            response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            response.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
            (await response.Content.ReadFromJsonAsync<JsonObject>(End))!["error"]!["type"]!.ToString().ShouldBe("queue_full");
        }

        using var v2 = await Http.PostAsJsonAsync("api/v2/jobs", new JsonObject { ["workflow"] = Prompt("v2")["prompt"]!.DeepClone() }, End);
        v2.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await v2.Content.ReadFromJsonAsync<JsonObject>(End))!["error"]!["code"]!.ToString().ShouldBe("queue_full");
        await ClearAsync(ids);
    }

    [Fact]
    public async Task ExtraData_WithKeys_IsTakenAndShownToNoOne()
    {
        var prompt = Prompt("partner");
        prompt["extra_data"] = new JsonObject { ["auth_token_comfy_org"] = "token-abc", ["api_key_comfy_org"] = "key-abc", ["other"] = "shown" };

        var id = await RunAsync(prompt);

        foreach (var path in (string[])[$"history/{id}", "history?max_items=9", $"api/jobs/{id}", "api/jobs", "queue"])
        {
            var told = await Http.GetStringAsync(path, End);
            told.ShouldNotContain("token-abc");
            told.ShouldNotContain("key-abc");
        }

        (await Http.GetStringAsync($"history/{id}", End)).ShouldContain("shown");
    }

    [Fact]
    public async Task JobEvents_WithLastEventId_GoOnFromThere()
    {
        using var submitted = await Http.PostAsJsonAsync("api/v2/jobs", new JsonObject { ["workflow"] = Prompt("again")["prompt"]!.DeepClone() }, End);
        var job = (await submitted.Content.ReadFromJsonAsync<JsonObject>(End))!["id"]!.ToString();

        var all = await EventsAsync(job, null);
        var beforeTheOutput = all[all.FindIndex(e => e.Name == "output") - 1].Id;
        var rest = await EventsAsync(job, beforeTheOutput);
        var nothing = await EventsAsync(job, all[^1].Id);
        var unknown = await EventsAsync(job, "not-ours");

        rest.Select(e => e.Name).ShouldBe(["output", "status"]);
        nothing.ShouldBeEmpty();
        unknown.Select(e => e.Name).ShouldBe(["output", "status"]);
    }

    [Fact]
    public async Task JobList_PageByPage_HasEachJobOnce_TheNewestFirst()
    {
        List<string> ids = [await RunAsync(Prompt("first")), await RunAsync(Prompt("second")), await RunAsync(Prompt("third"))];

        var first = await Http.GetFromJsonAsync<JsonObject>("api/v2/jobs?limit=2", End);
        // What comes in between moves nothing.
        await RunAsync(Prompt("fourth"));
        var second = await Http.GetFromJsonAsync<JsonObject>($"api/v2/jobs?limit=1&cursor={first!["next_cursor"]}", End);

        var jobs = first["jobs"]!.AsArray().Concat(second!["jobs"]!.AsArray()).Select(j => j!.AsObject()).ToList();
        jobs.Select(j => j["id"]!.ToString()).ShouldBe(Enumerable.Reverse(ids));
        jobs.ShouldAllBe(j => j["status"]!.ToString() == "succeeded" && !j.ContainsKey("outputs") && !j.ContainsKey("urls"));
        var last = await Http.GetFromJsonAsync<JsonObject>("api/v2/jobs?cursor=1", End);
        last!["jobs"]!.AsArray().ShouldBeEmpty();
        last.ContainsKey("next_cursor").ShouldBeFalse();
    }

    [Theory]
    [InlineData("limit=0", "invalid_request")]
    [InlineData("limit=x", "invalid_request")]
    [InlineData("cursor=-1", "invalid_request")]
    [InlineData("metadata=me", "invalid_metadata_filter")]
    [InlineData("metadata[]=me", "invalid_metadata_filter")]
    [InlineData("metadata[a]=1&metadata[a]=2", "invalid_metadata_filter")]
    [InlineData("metadata[a]=1&metadata[b]=1&metadata[c]=1&metadata[d]=1", "invalid_metadata_filter")]
    public async Task JobList_AskedForWhatIsNot_IsRefused(string query, string code)
    {
        using var response = await Http.GetAsync($"api/v2/jobs?{query}", End);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadFromJsonAsync<JsonObject>(End))!["error"]!["code"]!.ToString().ShouldBe(code);
    }

    [Fact]
    public async Task JobMetadata_IsReturnedWithTheJob_AndFindsIt()
    {
        const string name = "a \"quoted\" \u00e4", text = "%_\\'\"x";
        string one = await SubmitAsync(name, text), other = await SubmitAsync(name, text.ToUpperInvariant());

        (await Http.GetFromJsonAsync<JsonObject>($"api/v2/jobs/{one}", End))!["metadata"]!.ToJsonString()
            .ShouldBe(new JsonObject { [name] = text, ["user"] = "me" }.ToJsonString());
        var filter = $"api/v2/jobs?metadata[{Uri.EscapeDataString(name)}]={Uri.EscapeDataString(text)}";
        (await IdsAsync(filter)).ShouldBe([one]);
        (await IdsAsync(filter + "&metadata[user]=me")).ShouldBe([one]);
        (await IdsAsync(filter + "&metadata[user]=you")).ShouldBeEmpty();
        (await IdsAsync("api/v2/jobs?metadata[user]=me")).ShouldBe([other, one]);

        async Task<List<string>> IdsAsync(string path) =>
            [.. (await Http.GetFromJsonAsync<JsonObject>(path, End))!["jobs"]!.AsArray().Select(j => j!["id"]!.ToString())];

        async Task<string> SubmitAsync(string key, string value)
        {
            var body = new JsonObject { ["workflow"] = Prompt("noted")["prompt"]!.DeepClone(), ["metadata"] = new JsonObject { [key] = value, ["user"] = "me" } };
            using var response = await Http.PostAsJsonAsync("api/v2/jobs", body, End);
            var id = (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>(End))!["id"]!.ToString();
            await Http.GetStringAsync($"api/v2/jobs/{id}/events", End);
            return id;
        }
    }

    [Theory]
    [InlineData("\"text\"")]
    [InlineData("[]")]
    [InlineData("{\"a\":1}")]
    [InlineData("{\"a\":null}")]
    [InlineData("{\"a\":{}}")]
    public async Task JobMetadata_ThatIsNoMapOfTexts_IsRefused(string metadata)
    {
        var body = new JsonObject { ["workflow"] = Prompt("refused")["prompt"]!.DeepClone(), ["metadata"] = JsonNode.Parse(metadata) };
        using var response = await Http.PostAsJsonAsync("api/v2/jobs", body, End);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadFromJsonAsync<JsonObject>(End))!["error"]!["code"]!.ToString().ShouldBe("metadata_invalid");
    }

    private async Task<List<(string Name, string Id)>> EventsAsync(string job, string? last)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/v2/jobs/{job}/events");
        if (last is not null)
            request.Headers.Add("Last-Event-ID", last);
        using var response = await Http.SendAsync(request, End);
        var text = await response.Content.ReadAsStringAsync(End);
        return [.. text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(e => e.StartsWith("event: ", StringComparison.Ordinal))
            .Select(e => e.Split('\n')).Select(l => (l[0]["event: ".Length..], l[1]["id: ".Length..]))];
    }

    private async Task<IReadOnlyList<string>> JobsAsync(string query) =>
        [.. (await Http.GetFromJsonAsync<JsonObject>($"api/jobs?{query}", End))!["jobs"]!.AsArray().Select(j => j!["id"]!.ToString())];

    /// <summary>Submits it and waits for its end, which the history has at once then.</summary>
    private async Task<string> RunAsync(JsonObject prompt)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var response = await Http.PostAsJsonAsync("prompt", prompt, limit.Token);
        response.EnsureSuccessStatusCode();
        var id = (await response.Content.ReadFromJsonAsync<JsonObject>(limit.Token))!["prompt_id"]!.ToString();
        // The stream ends with the job.
        await Http.GetStringAsync($"api/v2/jobs/{id}/events", limit.Token);
        return id;
    }

    private async Task ClearAsync(IEnumerable<string> ids)
    {
        using var response = await Http.PostAsJsonAsync("queue", new JsonObject { ["delete"] = new JsonArray([.. ids.Select(i => JsonValue.Create(i))]) }, End);
        response.EnsureSuccessStatusCode();
        foreach (var id in ids)
        {
            using var interrupted = await Http.PostAsJsonAsync("interrupt", new JsonObject { ["prompt_id"] = id }, End);
            await Http.GetStringAsync($"api/v2/jobs/{id}/events", End);
        }
    }

    private static JsonObject Prompt(string text, int steps = 1) => new() { ["prompt"] = Graphs.TextToImage(steps: steps, text: text) };
}
