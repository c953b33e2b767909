using System.Text;
using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Tests.Conformance;
using LockNGen.TestSupport;

namespace LockNGen.IntegrationTests.Doors;

/// <summary>
/// Does to a door what the recorder did to a real server, and lists what a program would see different. Before each action every socket is as far as
/// it was then: as many prompts have ended, and the one that runs has begun. Its samplers are held until then.
/// </summary>
internal sealed class DoorReplay(HttpClient door, HttpClient simulator, Recording recording, bool isSlow) : IAsyncDisposable
{
    private readonly HeldSteps _held = new(simulator, recording);
    private readonly Dictionary<string, ComfySocket> _sockets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private readonly List<string> _differences = [];

    public async Task<IReadOnlyList<string>> RunAsync()
    {
        foreach (var action in recording.Actions.Where(a => !DoorDifferences.IsLeftOut(recording, a)))
        {
            await CatchUpAsync(action);
            var socket = action["socket"]?.ToString() ?? "";
            if (Recording.Kind(action) == "connect")
                _sockets[socket] = await ComfySocket.ConnectAsync(door.BaseAddress!, action["path"]!.ToString());
            else if (Recording.Kind(action) == "sent")
                await _sockets[socket].SendAsync(action["data"]!.ToJsonString());
            else if (Recording.Kind(action) == "http")
                await RequestAsync(action);
        }

        await CatchUpAsync(null);
        foreach (var name in recording.Sockets)
            Compare(name);
        return _differences;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var socket in _sockets.Values)
        {
            // After a cut it would be sent its last frames again.
            await socket.CloseAsync();
            await socket.DisposeAsync();
        }
    }

    private async Task CatchUpAsync(JsonObject? action)
    {
        _differences.AddRange(await _held.ReleaseAsync(action, _sockets, Map));
        foreach (var (name, socket) in _sockets)
        {
            var recorded = (action is null ? recording.Frames(name) : recording.Frames(name, action)).Select(f => f["data"] as JsonObject);
            // A recorder that had the outcome went on, whether it had what follows or not; in the end everything is there.
            Func<JsonObject?, bool> isEnd = action is null ? ReportedFrames.IsLast : ReportedFrames.IsOutcome;
            var (ends, hasBegun) = Position(recorded, isEnd);
            // There may be others without a beginning.
            var begun = recording.Begun(null).Select(Map).ToHashSet(StringComparer.Ordinal);
            if (!await socket.ComesAsync(frames => Position(frames.Select(f => f.Json).Where(f => f?["data"]?["prompt_id"]?.ToString() is { } id && begun.Contains(id)), isEnd) is var now && (now.Ends > ends || (now.Ends == ends && (now.HasBegun || !hasBegun)))))
            {
                _differences.Add(
                    $"{recording.Name}: {name} did not get to {ends} ends before {action?.ToJsonString() ?? "the end"}, only to: {string.Join(' ', socket.Frames.Select(f => f.Json?["type"]))}");
            }
        }
    }

    private static (int Ends, bool HasBegun) Position(IEnumerable<JsonObject?> frames, Func<JsonObject?, bool> isEnd)
    {
        var (ends, hasBegun) = (0, false);
        foreach (var frame in frames)
        {
            if (isEnd(frame))
                (ends, hasBegun) = (ends + 1, false);
            else if (frame?["type"]?.ToString() == "executing" && frame["data"]!["node"] is not null)
                hasBegun = true;
        }

        return (ends, hasBegun);
    }

    private async Task RequestAsync(JsonObject entry)
    {
        if (PromptId(entry) is { } promptId)
            await _held.HoldAsync(promptId);
        // Queue and history were changing at the time of the request: the same answer must be available soon.
        using var limit = new CancellationTokenSource(entry["method"]!.ToString() == "GET" ? ComfySocket.Patience : TimeSpan.Zero);
        while (true)
        {
            var (expected, actual) = await AskAsync(entry);
            if (expected == actual)
                return;
            if (!limit.IsCancellationRequested)
            {
                await Task.Delay(20, CancellationToken.None);
                continue;
            }

            _differences.Add($"{entry["method"]} {entry["path"]} {Shorten(entry["request"]?.ToJsonString())}\n  recorded: {expected}\n  door:     {actual}");
            return;
        }
    }

    private async Task<(string Expected, string Actual)> AskAsync(JsonObject entry)
    {
        using var request = new HttpRequestMessage(new HttpMethod(entry["method"]!.ToString()), new Uri(Map(entry["path"]!.ToString()), UriKind.Relative));
        request.Content = entry["request"] switch
        {
            null => null,
            JsonValue text => new StringContent(text.ToString(), Encoding.UTF8, "text/plain"),
            var json => new StringContent(Map(json.ToJsonString()), Encoding.UTF8, "application/json"),
        };
        using var answer = await door.SendAsync(request);
        var body = await answer.Content.ReadAsStringAsync();
        if (PromptId(entry) is { } recorded && answer.IsSuccessStatusCode)
            _ids[recorded] = JsonNode.Parse(body)!["prompt_id"]!.ToString();
        // Where the real server said nothing that a program reads, its status is all.
        var told = entry["response"] is JsonObject && body.StartsWith('{') ? JsonNode.Parse(body) : null;
        return ($"{DoorDifferences.Status(entry["status"]!.GetValue<int>())} {Answer(DoorDifferences.Brief(entry))}", $"{(int)answer.StatusCode} {Answer(told)}");
    }

    /// <summary>The id that a server gave a prompt when this was recorded.</summary>
    private static string? PromptId(JsonObject entry) =>
        entry["path"]!.ToString() == "/prompt" ? (entry["response"] as JsonObject)?["prompt_id"]?.ToString() : null;

    private static string Answer(JsonNode? json) => json is JsonObject ? Shape.Of(DoorDifferences.Without(json.DeepClone())) : "";

    private void Compare(string name)
    {
        var recorded = ReportedFrames.Of(recording.Frames(name).Select(f => (f["data"] as JsonObject, Convert.FromBase64String((f["base64"] ?? f["head_base64"])?.ToString() ?? ""))));
        var told = ReportedFrames.Of(_sockets[name].Frames.Select(f => (f.Json, f.Bytes)));
        told.RemoveAll(p => p.Value.NeverRan);
        if (recorded.Select(p => Map(p.Key)).Where(k => k.Length > 0).SequenceEqual(told.Select(p => p.Key).Where(k => k.Length > 0)) is false)
            _differences.Add($"{name}: told of other prompts, or in another order: {recorded.Count} and {told.Count}");
        foreach (var (id, expected) in recorded)
        {
            if (told.Find(p => p.Key == Map(id)).Value is not { } actual)
                continue;
            // A node that takes no time may not be reported as running, but must not be reported anywhere else.
            var nodes = actual.Nodes.ToHashSet(StringComparer.Ordinal);
            var (theirs, ours) = (expected.Lines(nodes, actual, isSlow), actual.Lines(nodes, expected, isSlow));
            for (var i = 0; i < Math.Max(theirs.Count, ours.Count); i++)
            {
                if (theirs.ElementAtOrDefault(i) == ours.ElementAtOrDefault(i))
                    continue;
                _differences.Add($"{name}, line {i} of {id}\n  recorded: {theirs.ElementAtOrDefault(i)}\n  door:     {ours.ElementAtOrDefault(i)}");
                break;
            }
        }
    }

    private string Map(string text) => _ids.Aggregate(text, (mapped, pair) => mapped.Replace(pair.Key, pair.Value, StringComparison.Ordinal));

    private static string? Shorten(string? text) => text is { Length: > 200 } ? text[..200] + "..." : text;
}
