using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using LockNGen.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LockNGen.EndToEndTests.Recorded;

/// <summary>
/// A ComfyUI server that sends what a live one sent, frame by frame, when the test says so. What was not recorded (the catalog, the
/// statistics) the simulator answers.
/// </summary>
public sealed class RecordedComfyUi : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Of the pictures only sums were recorded.</summary>
    private static readonly byte[] Picture = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==");

    private readonly ConcurrentDictionary<string, WebSocket> _sockets = new();
    private readonly SemaphoreSlim _opened = new(0);
    private readonly ServiceProcess _simulator = ServiceProcess.Start("LockNGen.ComfyUiSimulator", new Dictionary<string, string>());
    private readonly WebApplication _app;
    private RecordedRun? _run;
    private TaskCompletionSource<(string PromptId, string ClientId)> _posted = NewPost();
    private int _played;

    private RecordedComfyUi()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Map("/ws", ListenAsync);
        _app.MapPost("/prompt", TakeAsync);
        _app.MapGet("/queue", () => Json(new JsonObject { ["queue_running"] = Running(), ["queue_pending"] = new JsonArray() }));
        _app.MapGet("/api/jobs", () => Json(JobsOf(Running())));
        _app.MapGet("/api/jobs/{id}", () => Results.NotFound());
        _app.MapGet("/history/{id}", (string id) => Json(HistoryOf(id)));
        _app.MapGet("/view", () => Results.Bytes(Picture, "image/png"));
        _app.MapFallback(ForwardAsync);
    }

    public string Url => _app.Urls.Single();

    private bool HasEnded => _run is null || _played >= _run.Frames.Count - 2;

    public static async Task<RecordedComfyUi> StartAsync()
    {
        var server = new RecordedComfyUi();
        await server._simulator.LoggedAsync("Application started");
        await server._app.StartAsync();
        return server;
    }

    /// <summary>What the next prompt will get.</summary>
    internal void Load(RecordedRun run) => (_run, _played, _posted) = (run, 0, NewPost());

    /// <summary>Sends frames up to the one that reports this step of a sampler.</summary>
    internal Task PlayToStepAsync(string node, int step) => PlayAsync(frame =>
        frame["data"]?["type"]?.ToString() == "progress" && frame["data"]!["data"] is { } data
        && data["node"]!.ToString() == node && (int)data["value"]! == step);

    internal Task PlayToEndAsync() => PlayAsync(_ => false);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _simulator.DisposeAsync();
        _opened.Dispose();
    }

    private async Task PlayAsync(Func<JsonObject, bool> isLast)
    {
        var run = _run!;
        var (promptId, clientId) = await _posted.Task.WaitAsync(Patience);
        for (var last = false; !last && _played < run.Frames.Count;)
        {
            var frame = run.Frames[_played++];
            last = isLast(frame);
            var isText = frame["kind"]!.ToString() == "text";
            var bytes = isText
                ? Encoding.UTF8.GetBytes(frame["data"]!.ToJsonString().Replace(run.Id, promptId, StringComparison.Ordinal))
                : Convert.FromBase64String(frame["base64"]!.ToString());
            while (!await TrySendAsync(clientId, bytes, isText ? WebSocketMessageType.Text : WebSocketMessageType.Binary))
                await _opened.WaitAsync(Patience);
        }
    }

    /// <summary>A watcher renews a socket that was silent for long. ComfyUI would drop frames meanwhile, but the test checks each step.</summary>
    private async Task<bool> TrySendAsync(string clientId, byte[] frame, WebSocketMessageType type)
    {
        if (!_sockets.TryGetValue(clientId, out var socket))
            return false;
        try
        {
            await socket.SendAsync(frame, type, endOfMessage: true, CancellationToken.None).WaitAsync(Patience);
            return true;
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException)
        {
            _sockets.TryRemove(new(clientId, socket));
            return false;
        }
    }

    private async Task ListenAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var clientId = context.Request.Query["clientId"].ToString();
        var hello = $$$"""{"type":"status","data":{"status":{"exec_info":{"queue_remaining":{{{Running().Count}}}}},"sid":"{{{clientId}}}"}}""";
        await socket.SendAsync(Encoding.UTF8.GetBytes(hello), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
        _sockets[clientId] = socket;
        _opened.Release();
        var buffer = new byte[1 << 16];
        try
        {
            while ((await socket.ReceiveAsync(buffer, context.RequestAborted)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The watcher or the test is gone.
        }

        _sockets.TryRemove(new(clientId, socket));
    }

    private async Task<IResult> TakeAsync(HttpRequest request)
    {
        var body = (await JsonNode.ParseAsync(request.Body))!;
        var promptId = body["prompt_id"]!.ToString();
        var answer = Json(_run!.Answer.DeepClone().AsObject(), promptId);
        var clientId = body["client_id"]!.ToString();
        // As a live server does. Without it the queue differs from what the socket said, and the watcher would take it for deaf and renew it, just when the test plays.
        await TrySendAsync(clientId, """{"type":"status","data":{"status":{"exec_info":{"queue_remaining":1}}}}"""u8.ToArray(), WebSocketMessageType.Text);
        _posted.TrySetResult((promptId, clientId));
        return answer;
    }

    private JsonArray Running() =>
        _posted.Task.IsCompletedSuccessfully && !HasEnded ? [PromptAs(_posted.Task.Result.PromptId)] : [];

    private static JsonObject JobsOf(JsonArray running) => new()
    {
        ["jobs"] = new JsonArray([.. running.Select(p => new JsonObject { ["id"] = p![1]!.ToString(), ["status"] = "in_progress", ["priority"] = p[0]!.DeepClone() })]),
        ["pagination"] = new JsonObject { ["offset"] = 0, ["limit"] = null, ["total"] = running.Count, ["has_more"] = false },
    };

    private JsonObject HistoryOf(string id)
    {
        if (!HasEnded || !_posted.Task.IsCompletedSuccessfully || _posted.Task.Result.PromptId != id)
            return [];
        var entry = _run!.History.DeepClone();
        entry["prompt"] = PromptAs(id);
        return new JsonObject { [id] = entry };
    }

    private JsonArray PromptAs(string id)
    {
        var prompt = _run!.History["prompt"]!.DeepClone().AsArray();
        prompt[1] = id;
        return prompt;
    }

    private async Task<IResult> ForwardAsync(HttpRequest request)
    {
        using var answer = await _simulator.Http.GetAsync(request.Path + request.QueryString.ToString(), request.HttpContext.RequestAborted);
        var content = await answer.Content.ReadAsStringAsync();
        return Results.Text(content, answer.Content.Headers.ContentType?.ToString(), statusCode: (int)answer.StatusCode);
    }

    private IResult Json(JsonObject content, string? promptId = null) => Results.Text(
        promptId is null ? content.ToJsonString() : content.ToJsonString().Replace(_run!.Id, promptId, StringComparison.Ordinal), "application/json");

    private static TaskCompletionSource<(string PromptId, string ClientId)> NewPost() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
