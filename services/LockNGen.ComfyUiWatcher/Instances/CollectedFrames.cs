using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Translation;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// Pictures received through the socket that may be results. ComfyUI sends finished images in the same frames as previews of samplers, so
/// the sending node determines which they are:
/// <list type="bullet">
/// <item>a node whose class name indicates it, or that says so in its output (<c>source: websocket</c>), sends results;</item>
/// <item>so does a node that nothing else reads (what runs at the end of a workflow is an output), if its frames are PNG and it lists no
/// files of its own: samplers' previews are JPEG, and a saver's belong to the files that it lists;</item>
/// <item>anything else is a preview.</item>
/// </list>
/// </summary>
internal sealed class CollectedFrames(RunGraph graph)
{
    /// <summary>More is an error in the workflow, and must not exhaust memory.</summary>
    private const int MaxFrames = 256;
    private const long MaxBytes = 512L << 20;

    private readonly Dictionary<string, List<PreviewFrame>> _byNode = [];
    private readonly HashSet<string> _sinks = [.. graph.Sinks()];
    private readonly HashSet<string> _cut = [];
    private int _count;
    private long _bytes;

    public IEnumerable<string> Nodes => _byNode.Keys;

    /// <summary>Keeps what may be a result; returns whether it is certainly one, and so not a preview.</summary>
    public bool Add(PreviewFrame frame)
    {
        if (frame.Node is null && frame.DisplayNode is null)
            return false;
        var node = graph.DisplayNode(frame.Node ?? frame.DisplayNode!, frame.DisplayNode);
        var isResult = graph.Find(node)?.SendsImages == true;
        if (!isResult && !_sinks.Contains(node))
            return false;
        if (_count >= MaxFrames || _bytes + frame.Image.Length > MaxBytes)
        {
            _cut.Add(node);
            return isResult;
        }

        (_byNode.TryGetValue(node, out var known) ? known : _byNode[node] = []).Add(frame);
        _count++;
        _bytes += frame.Image.Length;
        return isResult;
    }

    /// <summary>The frames of a node that are results.</summary>
    /// <param name="node">The node of the submitted workflow.</param>
    /// <param name="shown">Its output about frames or files, if any.</param>
    public IEnumerable<PreviewFrame> SentBy(string node, ShownByNode? shown)
    {
        var frames = _byNode.GetValueOrDefault(node) ?? [];
        if (graph.Find(node)?.SendsImages == true || shown?.SendsFrames == true)
            return frames;
        return shown is null ? frames.Where(f => IsPng(f.Image)) : [];
    }

    /// <summary>Whether results were left out.</summary>
    public bool AreCut(Func<string, ShownByNode?> shown) => _cut.Any(node => SentBy(node, shown(node)).Any() || graph.Find(node)?.SendsImages == true);

    private static bool IsPng(ReadOnlySpan<byte> image) => image.Length > 4 && image[0] == 0x89 && image[1..4].SequenceEqual("PNG"u8);
}
