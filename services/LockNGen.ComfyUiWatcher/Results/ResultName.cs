using System.Text;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Outcomes;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Results;

/// <summary>What is sent about a result besides its bytes: the query of its upload.</summary>
internal static class ResultName
{
    /// <summary>All of them together must fit into a request line, each character as up to nine.</summary>
    private const int MaxLength = 130;

    public static string Query(PromptResult result)
    {
        var query = new StringBuilder();
        Add("node", result.NodeId);
        Add("title", result.NodeTitle);
        Add("key", result.Result.Key);
        switch (result.Result)
        {
            case OutputFile file:
                Add("filename", FileName(file));
                Add("subfolder", WholeFolders(file.Subfolder));
                Add("source", file.Type);
                break;
            case OutputText:
                Add("kind", GenerationResultKinds.Text);
                break;
            default:
                Add("source", OutputFile.Output);
                break;
        }

        return query.ToString();

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                query.Append('&').Append(name).Append('=').Append(Uri.EscapeDataString(Short(value)));
        }
    }

    /// <summary>The result's name for people: its file name, or its node.</summary>
    public static string Of(PromptResult result) => result.Result switch
    {
        OutputFile file => FileName(file),
        OutputText => $"the text of node {result.NodeId}",
        _ => $"an image of node {result.NodeId}",
    };

    // ComfyUI drops folders in the name of a file.
    private static string FileName(OutputFile file) => file.Filename[(file.Filename.LastIndexOfAny(['/', '\\']) + 1)..];

    // Half a folder's name is useless, and the API recognizes the folder that it put first only as a whole.
    private static string WholeFolders(string path)
    {
        var end = path.Length <= MaxLength ? path : path[^MaxLength..];
        return end.Length == path.Length || end.IndexOfAny(['/', '\\']) is not (>= 0 and var slash) ? end : end[(slash + 1)..];
    }

    // The end of a name matters most: it has the number and the type.
    private static string Short(string value)
    {
        if (value.Length <= MaxLength)
            return value;
        var start = value.Length - MaxLength;
        return value[(char.IsLowSurrogate(value[start]) ? start + 1 : start)..];
    }
}
