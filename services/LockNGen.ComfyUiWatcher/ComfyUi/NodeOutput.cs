using System.Text.Json;
using LockNGen.Hosting;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>
/// What a node outputs: the results in its UI output. An entry with a <c>filename</c> is a file, regardless of its key: images, videos and
/// animations come under <c>images</c>, and custom nodes have keys of their own. Some keys hold bare paths, some hold texts. Anything else
/// (nulls, flags, numbers under other keys) is ignored.
/// </summary>
internal sealed record NodeOutput(IReadOnlyList<NodeResult> Results)
{
    private const int MaxResults = 1000;
    private const int MaxTextLength = 1 << 20;
    private const int MaxDepth = 4;
    private static readonly string[] TextKeys = ["text", "texts", "string", "strings", "tags"];

    public static NodeOutput Empty { get; } = new([]);

    /// <summary>The node says that its images were sent through the socket.</summary>
    public bool SendsFrames { get; private set; }

    /// <summary>It lists more than is accepted.</summary>
    public bool IsCut { get; private set; }

    public static NodeOutput Of(JsonElement output)
    {
        var results = new List<NodeResult>();
        var node = new NodeOutput(results);
        foreach (var (key, value) in output.ValueKind == JsonValueKind.Object ? output.EnumerateObject().Select(p => (p.Name, p.Value)) : [])
            node.Read(key, value, results, depth: 0);
        return node;
    }

    private void Read(string key, JsonElement value, List<NodeResult> results, int depth)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            // Lists in lists: what a node shows for each item of a list that it was given.
            foreach (var entry in depth < MaxDepth ? value.EnumerateArray() : default)
                Read(key, entry, results, depth + 1);
            return;
        }

        NodeResult? result = value.ValueKind == JsonValueKind.Object ? File(key, value) : OutputPath.Of(key, value);
        result ??= Text(key, value, results);
        if (result is null || (result is OutputFile file && results.OfType<OutputFile>().Any(file.IsSame)))
            return;
        if (results.Count < MaxResults)
            results.Add(result);
        else
            IsCut = true;
    }

    private OutputFile? File(string key, JsonElement entry)
    {
        SendsFrames |= entry.Text("source") == "websocket";
        // A node that echoes what it read (type "input") has produced nothing.
        return entry.Text("filename") is { Length: > 0 } name && entry.Text("type") is not "input"
            ? InItsFolder(new OutputFile(key, name, entry.Text("subfolder") ?? "", entry.Text("type") ?? OutputFile.Output))
            : null;
    }

    /// <summary>Some nodes put the folder into the name, where <c>/view</c> does not look for it.</summary>
    private static OutputFile InItsFolder(OutputFile file) => file.Subfolder.Length == 0 && file.Filename.LastIndexOfAny(['/', '\\']) is > 0 and var end
        ? file with { Subfolder = file.Filename[..end], Filename = file.Filename[(end + 1)..] }
        : file;

    private OutputText? Text(string key, JsonElement entry, List<NodeResult> results)
    {
        if (!TextKeys.Contains(key) || (entry.AsText() ?? Flag(entry)) is not { } text)
            return null;
        IsCut |= text.Length > MaxTextLength;
        return new OutputText(key, results.Count, text.Truncate(MaxTextLength));
    }

    private static string? Flag(JsonElement entry) => entry.ValueKind is JsonValueKind.True or JsonValueKind.False ? entry.GetRawText() : null;
}

/// <summary>One result of a node, and its key.</summary>
internal abstract record NodeResult(string Key);

/// <summary>A file that an output node wrote, with the names that <c>/view</c> takes.</summary>
internal sealed record OutputFile(string Key, string Filename, string Subfolder, string Type) : NodeResult(Key)
{
    public const string Output = "output";
    public const string Temp = "temp";

    public bool IsTemp => Type == Temp;

    /// <summary>Where a server serves it, relative to the server's own address.</summary>
    public string Address => $"view?filename={Uri.EscapeDataString(Filename)}&subfolder={Uri.EscapeDataString(Subfolder)}&type={Uri.EscapeDataString(Type)}";

    /// <summary>Whether it is this file, regardless of the key.</summary>
    public bool IsSame(OutputFile other) => (Filename, Subfolder, Type) == (other.Filename, other.Subfolder, other.Type);
}

/// <summary>A text, and its place in the output: the same words twice are two results.</summary>
internal sealed record OutputText(string Key, int Position, string Text) : NodeResult(Key);
