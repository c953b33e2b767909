using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Control;
using LockNGen.ComfyUiSimulator.Queue;
using LockNGen.ComfyUiSimulator.Sockets;

namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>A node's view of its run: resolved inputs, and ways to report. The run itself supplies the rest.</summary>
internal abstract class NodeContext(
    string nodeId, string classType, IReadOnlyDictionary<string, object?> inputs, CancellationToken cancellationToken)
{
    public string NodeId { get; } = nodeId;

    public abstract ServerEnvironment Environment { get; }

    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>The values as in the inputs of a Python traceback.</summary>
    public IReadOnlyDictionary<string, object?> Inputs { get; } = inputs;

    /// <summary>The prefix of this node's temporary files.</summary>
    public abstract string TempPrefix { get; }

    /// <summary>Whether samplers send previews in this prompt.</summary>
    public abstract bool HasPreviews { get; }

    protected string ClassType { get; } = classType;

    protected abstract QueueItem Item { get; }

    protected abstract SocketHub Sockets { get; }

    public T Get<T>(string name)
        where T : class => (T)Inputs[name]!;

    public T? Find<T>(string name)
        where T : class => Inputs.GetValueOrDefault(name) as T;

    public int Int(string name) => (int)Math.Clamp(Double(name), int.MinValue, int.MaxValue);

    /// <summary>A seed can be up to 2^64-1, which a double would round.</summary>
    public long Seed(string name) =>
        ulong.TryParse(Json(name).ToJsonString(), NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? unchecked((long)seed) : (long)Double(name);

    /// <summary>Via text, so that a number has the same representation regardless of its origin.</summary>
    public double Double(string name) => double.Parse(Json(name).ToJsonString(), CultureInfo.InvariantCulture);

    public string Text(string name) => Json(name).GetValueKind() == JsonValueKind.String ? Json(name).GetValue<string>() : Json(name).ToJsonString();

    public bool Bool(string name) => Json(name).GetValueKind() == JsonValueKind.True;

    public ProgressBar StartProgress(int total) => new(total, Environment.IsVersionB, Environment.Clock, (value, max, preview) =>
    {
        ThrowIfInterrupted();
        UpdateProgress(value, max, preview);
    });

    /// <summary>Reports a step, and stops there if a test holds it.</summary>
    public async Task ReportAsync(ProgressBar bar, int value, PreviewImage? preview = null)
    {
        ThrowIfInterrupted();
        bar.Update(value, preview);
        await Environment.Faults.Holds.PassAsync(HoldStage.Progress, Item.PromptId, ClassType, value, CancellationToken);
    }

    /// <summary>Takes time like Python's <c>sleep</c>: an interrupt is not noticed before the next report.</summary>
    public Task WorkAsync(double milliseconds) => milliseconds <= 0
        ? Task.CompletedTask
        : Task.Delay(TimeSpan.FromMilliseconds(milliseconds), Environment.Clock, CancellationToken);

    /// <summary>A kind 3 frame: to everyone, as sent by the core nodes, or to the submitter.</summary>
    public void SendText(string text, bool toClientOnly = false) =>
        Sockets.Post(Frame.Text(NodeId, text, toClientOnly ? Sockets.CurrentClientId : null));

    /// <summary>An event of the node's own.</summary>
    public void SendEvent(string type, JsonObject data) => Sockets.Whisper(type, data);

    /// <summary>The text chunks of saved pictures: the whole prompt, and what the page has added.</summary>
    public IEnumerable<KeyValuePair<string, string>> PngText()
    {
        yield return new("prompt", Item.Prompt.ToJsonString());
        foreach (var (key, value) in Item.ExtraData["extra_pnginfo"] as JsonObject ?? [])
            yield return new(key, value?.ToJsonString() ?? "null");
    }

    protected abstract void ThrowIfInterrupted();

    protected abstract void UpdateProgress(int value, int max, PreviewImage? preview);

    private JsonValue Json(string name) => (JsonValue)Inputs[name]!;
}
