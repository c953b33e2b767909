using System.Text.Json;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>
/// The files among a node's UI output. Images, videos and animations come under <c>images</c>, sound under <c>audio</c>, and custom nodes
/// have keys of their own; what makes an entry a file is its <c>filename</c>.
/// </summary>
internal static class OutputFiles
{
    public static IReadOnlyList<OutputFile> Of(JsonElement output)
    {
        if (output.ValueKind != JsonValueKind.Object)
            return [];
        var files = new List<OutputFile>();
        foreach (var list in output.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Array))
        {
            foreach (var entry in list.Value.EnumerateArray())
            {
                // A node that echoes what it read (type "input") has made nothing.
                if (entry.Text("filename") is { } name && entry.Text("type") is not "input")
                    files.Add(new OutputFile(name, entry.Text("subfolder") ?? "", entry.Text("type") ?? "output"));
            }
        }

        return [.. files.Distinct()];
    }
}
