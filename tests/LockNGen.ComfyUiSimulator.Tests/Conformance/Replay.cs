using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using LockNGen.TestSupport;

namespace LockNGen.ComfyUiSimulator.Tests.Conformance;

/// <summary>
/// Does to the simulator what the recorder did to a real server. Nothing is timed: before each action it waits until
/// every socket has seen as much as it had in the recording, and then the simulator's time is stopped until something must happen
/// again, so that the requests come no later than in the recording, however slow the test is.
/// </summary>
internal sealed class Replay(SimulatorHost host, PausableClock clock, Recording recording) : IAsyncDisposable
{
    private const string RecordedHost = "127.0.0.1:8188";
    private const string Barrier = """{"type":"barrier","data":{}}""";
    private static readonly string[] ChangingPaths = ["/queue", "/prompt", "/history", "/jobs"];
    private readonly Dictionary<string, ComfySocket> _sockets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private readonly List<string> _differences = [];

    /// <summary>Runs all actions and lists what the simulator did differently.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(bool inOrder)
    {
        foreach (var action in recording.Actions)
        {
            await CatchUpAsync(action);
            if (Recording.Kind(action) is "connect" or "note")
                clock.Resume();
            await (Recording.Kind(action) switch
            {
                "connect" => ConnectAsync(action),
                "sent" => _sockets[action["socket"]!.ToString()].SendAsync(action["data"] is JsonValue text ? text.ToString() : action["data"]!.ToJsonString()),
                "note" => FollowNoteAsync(action),
                _ => RequestAsync(action),
            });
        }

        await CatchUpAsync(action: null);
        clock.Resume();
        await host.SendFrameAsync(Barrier);
        foreach (var name in recording.Sockets)
            await CompareFramesAsync(name, inOrder);
        return _differences;
    }

    public async ValueTask DisposeAsync()
    {
        clock.Resume();
        foreach (var socket in _sockets.Values)
            await socket.DisposeAsync();
        await host.WaitForSocketsToCloseAsync();
    }

    private async Task ConnectAsync(JsonObject action)
    {
        var name = action["socket"]!.ToString();
        var path = action["path"]!.ToString();
        var isRefused = recording.Entries.Any(e => Recording.Kind(e) == "connect_refused" && e["socket"]!.ToString() == name);
        if (!isRefused && !recording.Sockets.Contains(name, StringComparer.Ordinal))
            return; // the recorded server was down
        if (!isRefused)
            await host.WaitForQueueAsync(recording.Frames(name)[0]["data"]!["data"]!["status"]!["exec_info"]!["queue_remaining"]!.GetValue<int>());
        try
        {
            var socket = await ComfySocket.ConnectAsync(host.BaseAddress, "/ws?clientId=" + path.Split("clientId=").ElementAtOrDefault(1), options =>
            {
                if (name == "deflate")
                    options.DangerousDeflateOptions = new WebSocketDeflateOptions();
                foreach (var (header, value) in action["headers"] as JsonObject ?? [])
                    options.SetRequestHeader(header, Here(value!.ToString()));
            });
            _sockets[name] = socket;
            if (isRefused)
                _differences.Add($"{name}: connected, but the real server refused");
        }
        catch (WebSocketException e) when (isRefused)
        {
            e.Message.ShouldContain("403");
        }
    }

    private async Task FollowNoteAsync(JsonObject action)
    {
        var text = action["text"]!.ToString();
        if (text == "client closes the socket normally")
            await LeaveAsync(action, socket => socket.CloseAsync());
        else if (text.StartsWith("client aborts the TCP connection", StringComparison.Ordinal))
            await LeaveAsync(action, socket => socket.DisposeAsync().AsTask());
        else if (text is "kill -9" or "exit code -15" or "exit code 0")
            await host.AdminAsync("restart");
        else if (text == "sent 4 MiB + 10")
            await _sockets["bigmouth"].SendAsync(new string('x', (4 * 1024 * 1024) + 10));
    }

    /// <summary>Ends when the server has noticed, as it had in the recording before the same client reconnected.</summary>
    private async Task LeaveAsync(JsonObject action, Func<ComfySocket, Task> leave)
    {
        var open = await host.CountSocketsAsync();
        await leave(_sockets[action["socket"]!.ToString()]);
        await host.WaitForSocketsToCloseAsync(open - 1);
    }

    private async Task RequestAsync(JsonObject entry)
    {
        if (entry["status"] is null)
            return; // the recorded server was down
        // Queue and history were changing at the time of the recorded request: the same answer must be available soon.
        var isEventual = entry["method"]!.ToString() == "GET" && ChangingPaths.Any(p => entry["path"]!.ToString().Contains(p, StringComparison.Ordinal));
        var what = $"{entry["method"]} {entry["path"]} {Shorten(entry["request"]?.ToJsonString())}";
        for (var left = isEventual ? 500 : 1; ; left--)
        {
            using var request = CreateRequest(entry);
            using var answer = await host.Http.SendAsync(request);
            var body = await answer.Content.ReadAsByteArrayAsync();
            var (expected, actual) = Describe(entry, answer, body);
            if (expected == actual || IsEarlier(entry, actual))
                return;
            clock.Resume();
            if (left > 1)
                continue;
            _differences.Add($"{what}\n  recorded:  {expected}\n  simulated: {actual}");
            return;
        }
    }

    private (string Expected, string Actual) Describe(JsonObject entry, HttpResponseMessage answer, byte[] body)
    {
        Learn(entry, body);
        var expected = new StringBuilder().Append(entry["status"]).Append(' ').Append(MediaType(entry["content_type"]?.ToString()));
        var actual = new StringBuilder().Append((int)answer.StatusCode).Append(' ').Append(MediaType(answer.Content.Headers.ContentType?.ToString()));
        if (MediaType(entry["content_type"]?.ToString()) == "application/json")
        {
            expected.Append(' ').Append(Normalization.Json(entry["response"], Map));
            actual.Append(' ').Append(Normalization.Json(TryParse(body), id => id));
        }
        else if (entry["response"] is JsonValue text)
        {
            expected.Append(' ').Append(text);
            actual.Append(' ').Append(Encoding.UTF8.GetString(body));
        }

        foreach (var (header, value) in entry["response_headers"] as JsonObject ?? [])
        {
            if (header is "Server" or "Date" or "Access-Control-Allow-Headers")
                continue;
            expected.Append(' ').Append(header).Append('=').Append(Normalization.HideTemporaryNames(value!.ToString()));
            actual.Append(' ').Append(header).Append('=').Append(Normalization.HideTemporaryNames(Header(answer, header) ?? ""));
        }

        return (expected.ToString(), actual.ToString());
    }

    /// <summary>The recorder requested a history entry just before it existed; here it may exist at once.</summary>
    private bool IsEarlier(JsonObject entry, string actual) =>
        entry["response"] is JsonObject { Count: 0 }
        && recording.Entries.LastOrDefault(e => e["path"]?.ToString() == entry["path"]!.ToString()) is { } last
        && last != entry
        && Normalization.Json(last["response"], Map) is { } expected
        && actual.EndsWith(expected, StringComparison.Ordinal);

    private HttpRequestMessage CreateRequest(JsonObject entry)
    {
        var request = new HttpRequestMessage(new HttpMethod(entry["method"]!.ToString()), new Uri(Map(entry["path"]!.ToString()), UriKind.Relative));
        request.Content = entry["request"] switch
        {
            null => null,
            JsonObject { Count: > 0 } form when form["multipart"] is JsonObject parts => CreateUpload(parts),
            JsonValue raw => new StringContent(raw.ToString(), Encoding.UTF8),
            var json => new StringContent(Map(json.ToJsonString()), Encoding.UTF8, "application/json"),
        };
        foreach (var (header, value) in entry["request_headers"] as JsonObject ?? [])
        {
            if (header == "Content-Type")
                request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(value!.ToString());
            else
                request.Headers.TryAddWithoutValidation(header, Here(value!.ToString()));
        }

        return request;
    }

    /// <summary>The recordings contain only the sizes of files: equal sizes were equal files.</summary>
    private static MultipartFormDataContent CreateUpload(JsonObject parts)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, part) in parts)
        {
            if (part is JsonObject file)
                form.Add(new ByteArrayContent(Enumerable.Range(0, file["bytes"]!.GetValue<int>()).Select(i => (byte)"hello"[i % 5]).ToArray()), name, file["filename"]!.ToString());
            else
                form.Add(new StringContent(part!.ToString()), name);
        }

        return form;
    }

    /// <summary>Ids that the server made up are different here.</summary>
    private void Learn(JsonObject entry, byte[] body)
    {
        if (entry["path"]!.ToString() == "/prompt" && (entry["response"] as JsonObject)?["prompt_id"] is { } recorded
            && (TryParse(body) as JsonObject)?["prompt_id"] is { } simulated && Guid.TryParse(recorded.ToString(), out _))
        {
            _ids[recorded.ToString()] = simulated.ToString();
        }

        var names = Normalization.TemporaryNames(entry["response"]?.ToJsonString() ?? "").Zip(Normalization.TemporaryNames(Encoding.UTF8.GetString(body)));
        foreach (var (recordedName, simulatedName) in names)
            _ids[recordedName] = simulatedName;
    }

    private async Task CatchUpAsync(JsonObject? action)
    {
        foreach (var (name, socket) in _sockets)
        {
            var recorded = action is null ? recording.Frames(name) : recording.Frames(name, action);
            var expected = SocketPosition.Of(recorded.Select(f => f["data"] as JsonObject));
            if (!socket.IsOpen || Position().Reaches(expected))
                continue;
            clock.Resume();
            try
            {
                await socket.WaitAsync(_ => Position().Reaches(expected));
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException($"{recording.Name} before {action?.ToJsonString() ?? "the end"}: {name} is at {Position()} and should be at {expected}.", e);
            }

            SocketPosition Position() => SocketPosition.Of(socket.Frames.Select(f => f.Json));
        }

        clock.Pause();
    }

    private async Task CompareFramesAsync(string name, bool inOrder)
    {
        if (!_sockets.TryGetValue(name, out var socket))
            return;
        if (recording.Entries.Any(e => Recording.Kind(e) == "closed" && e["socket"]!.ToString() == name && e["how"]!.ToString() == "ERROR"))
            return; // that client gave up on a frame that was too big for it; this one does not
        if (recording.Entries.FirstOrDefault(e => Recording.Kind(e) == "closed" && e["socket"]!.ToString() == name && e["how"]!.ToString() == "CLOSE") is { } closed)
        {
            await socket.WaitForCloseAsync();
            ((int?)socket.CloseStatus).ShouldBe(closed["frame_code"]!.GetValue<int>());
        }

        if (socket.IsOpen && await host.IsRegisteredAsync(socket.Frames[0].Data!["sid"]!.ToString()))
            await socket.WaitAsync("barrier");

        var recorded = recording.Frames(name).Select(f => (Json: f["data"] as JsonObject, Bytes: Bytes(f)));
        var simulated = socket.Frames.Where(f => f.Kind != "barrier").Select(f => (f.Json, f.Bytes));
        Compare(name, recorded, simulated, inOrder);
    }

    private void Compare(string name, IEnumerable<(JsonObject? Json, byte[] Bytes)> recorded, IEnumerable<(JsonObject? Json, byte[] Bytes)> simulated, bool inOrder)
    {
        // Status broadcasts race with the events of other prompts: they are counted. Their position has its own test.
        var (expected, actual) = (recorded.ToArray(), simulated.ToArray());
        var (expectedStatus, actualStatus) = (expected.Count(IsStatus), actual.Count(IsStatus));
        // One more may come from the prompt before, if the socket connected while its end was being sent.
        if (actualStatus < expectedStatus || actualStatus > expectedStatus + 1)
            _differences.Add($"{name}: {expectedStatus} status messages recorded, {actualStatus} simulated");
        var kindOnly = recording.Frames(name).Any(f => f["elided"] is not null);
        var expectedLines = Lines(expected, Map, kindOnly);
        var actualLines = Lines(actual, id => id, kindOnly);
        if (!_sockets[name].IsOpen)
        {
            // Where exactly within a running node a connection ended is chance.
            (expectedLines, actualLines) = (WithoutLastSteps(expectedLines), WithoutLastSteps(actualLines));
        }

        if (!inOrder)
        {
            expectedLines = [.. expectedLines.Where(l => !l.StartsWith("progress_state", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
            actualLines = [.. actualLines.Where(l => !l.StartsWith("progress_state", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        }

        var (expectedText, actualText) = (Normalization.Fold(expectedLines).Split('\n'), Normalization.Fold(actualLines).Split('\n'));
        for (var i = 0; i < Math.Max(expectedText.Length, actualText.Length); i++)
        {
            var (e, a) = (expectedText.ElementAtOrDefault(i), actualText.ElementAtOrDefault(i));
            if (e == a)
                continue;
            _differences.Add($"{name}, frame {i}\n  recorded:  {e}\n  simulated: {a}");
            return;
        }
    }

    private static string[] Lines(IEnumerable<(JsonObject? Json, byte[] Bytes)> frames, Func<string, string> ids, bool kindOnly) =>
        [.. frames.Where(f => !IsStatus(f)).Select(f => Normalization.Frame(f.Json, f.Bytes, ids, kindOnly))];

    private static string[] WithoutLastSteps(string[] lines) =>
        lines[..(Array.FindLastIndex(lines, l => !l.StartsWith("progress", StringComparison.Ordinal) && !l.StartsWith("binary", StringComparison.Ordinal)) + 1)];

    private static bool IsStatus((JsonObject? Json, byte[] Bytes) frame) => frame.Json?["type"]?.ToString() == "status";

    private static byte[] Bytes(JsonObject frame) => Convert.FromBase64String((frame["base64"] ?? frame["head_base64"])?.ToString() ?? "");

    private string Map(string text)
    {
        foreach (var (recorded, simulated) in _ids)
            text = text.Replace(recorded, simulated, StringComparison.Ordinal);
        return text;
    }

    private string Here(string value) => value.Replace(RecordedHost, host.BaseAddress.Authority, StringComparison.Ordinal)
        .Replace(":8188", ":" + host.BaseAddress.Port, StringComparison.Ordinal);

    private static string MediaType(string? contentType) => contentType is null or "application/octet-stream" ? "" : contentType.Split(';')[0];

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) || answer.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : null;

    private static string? Shorten(string? text) => text is { Length: > 300 } ? text[..300] + "..." : text;

    private static JsonNode? TryParse(byte[] body)
    {
        try
        {
            return JsonNode.Parse(body);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }
}
