using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher.Tests.Kit;

/// <summary>What a real ComfyUI server sent, frame by frame.</summary>
internal sealed class Recording
{
    private readonly List<JsonElement> _lines;

    private Recording(IEnumerable<string> lines) => _lines = [.. lines.Skip(1).Select(l => JsonSerializer.Deserialize<JsonElement>(l))];

    /// <summary>The recordings of both versions, by path below the folder.</summary>
    public static TheoryData<string> All() => [.. Directory.EnumerateFiles(Folder, "*.jsonl", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(Folder, f)).Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Recordings");

    public static Recording Read(string name) => new(File.ReadLines(Path.Combine(Folder, name)));

    /// <summary>Every frame that reached a socket, as a watcher reads it, but for large ones of which only the head was recorded.</summary>
    public IEnumerable<ComfyUiMessage> Frames()
    {
        var readers = new Dictionary<string, FrameReader>();
        foreach (var line in _lines.Where(l => l.Text("kind") == "text" || (l.Text("kind") == "binary" && l.Child("elided") is null)))
        {
            var socket = line.Text("socket") ?? "";
            var reader = readers.TryGetValue(socket, out var known) ? known : readers[socket] = new FrameReader(new HashSet<string>());
            var message = line.Text("kind") == "text"
                ? reader.Read(System.Text.Encoding.UTF8.GetBytes(line.GetProperty("data").GetRawText()), WebSocketMessageType.Text, out var problem)
                : reader.Read(Convert.FromBase64String(line.Text("base64")!), WebSocketMessageType.Binary, out problem);
            yield return message ?? throw new InvalidDataException(problem);
        }
    }

    /// <summary>The prompts that the server accepted, with the workflow and the outcome.</summary>
    public IEnumerable<RecordedPrompt> Prompts() => _lines
        .Where(l => l.Text("method") == "POST" && l.Text("path") is "/prompt" or "/api/prompt" && l.GetProperty("status").GetInt32() == 200)
        .Select(l => (Id: l.GetProperty("response").Text("prompt_id"), Request: l.Child("request")))
        .Where(p => p.Id is not null && p.Request?.Child("prompt") is { ValueKind: JsonValueKind.Object })
        .GroupBy(p => p.Id!)
        .Where(g => g.Count() == 1)
        .Select(g => new RecordedPrompt(g.Key, JsonObject.Create(g.Single().Request!.Value.GetProperty("prompt").Clone())!, HistoryOf(g.Key)));

    private PromptHistory? HistoryOf(string promptId) => _lines
        .Where(l => l.Text("path")?.Contains("/history", StringComparison.Ordinal) == true && l.Child("response") is { ValueKind: JsonValueKind.Object })
        .Select(l => l.GetProperty("response").Child(promptId))
        .OfType<JsonElement>()
        .Where(e => e.Child("status") is not null)
        .Select(PromptHistory.Of)
        .LastOrDefault();
}

internal sealed record RecordedPrompt(string Id, JsonObject Workflow, PromptHistory? History);
