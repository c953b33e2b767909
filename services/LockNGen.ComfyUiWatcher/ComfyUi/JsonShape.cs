using System.Globalization;
using System.Text;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>The parts of a JSON value to keep; the rest is not even parsed: workflows in queues and histories are megabytes that a watcher does not need.</summary>
internal sealed class JsonShape
{
    private readonly Dictionary<string, JsonShape> _named = new(StringComparer.Ordinal);
    private readonly JsonShape? _others;

    private JsonShape(JsonShape? others) => _others = others;

    /// <summary>Everything.</summary>
    public static JsonShape All { get; } = new(others: null);

    /// <summary>Nothing: a property is left out, an item of an array becomes <c>null</c>.</summary>
    public static JsonShape None { get; } = new(others: null);

    /// <summary>Whether the content may be cut to make room: it matters less than what comes after it.</summary>
    public bool MayBeCut { get; private init; }

    /// <summary>The answer of <c>/queue</c>.</summary>
    public static JsonShape Queue { get; } = Each(Each(Prompt()));

    /// <summary>The list of <c>/api/jobs</c>.</summary>
    public static JsonShape Jobs { get; } = Each(All).Except(("jobs", Each(Each(None).Except(("id", All), ("status", All), ("priority", All)))));

    /// <summary>The answer of <c>/history</c>: tracebacks and inputs of failed nodes are kilobytes, and must not be shown.</summary>
    public static JsonShape History { get; } = Each(Each(None).Except(
        ("prompt", Prompt()),
        ("meta", new JsonShape(All) { MayBeCut = true }),
        ("outputs", new JsonShape(All) { MayBeCut = true }),
        ("status", Each(All).Except(("messages", Each(Each(Each(All).Except(("traceback", None), ("current_inputs", None), ("current_outputs", None)))))))));

    /// <summary>The same for every property or item.</summary>
    public static JsonShape Each(JsonShape shape) => new(shape);

    /// <summary>Except these: properties by name, items by position.</summary>
    public JsonShape Except(params ReadOnlySpan<(string Name, JsonShape Shape)> named)
    {
        var shape = new JsonShape(_others);
        foreach (var (name, child) in named)
            shape._named[name] = child;
        return shape;
    }

    public JsonShape Of(ReadOnlySpan<byte> name) => _named.Count == 0 ? Others : Of(Encoding.UTF8.GetString(name));

    public JsonShape Of(int position) => _named.Count == 0 ? Others : Of(position.ToString(CultureInfo.InvariantCulture));

    private JsonShape Others => _others ?? this;

    // An item of queue and history, [number, prompt_id, prompt, extra_data, outputs], without workflows.
    private static JsonShape Prompt() =>
        Each(All).Except(("2", None), ("3", Each(None).Except(("client_id", All), ("create_time", All), (PromptMarker.Key, All))));

    private JsonShape Of(string name) => _named.GetValueOrDefault(name, Others);
}
