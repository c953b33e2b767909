using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.Contracts;
using LockNGen.Media;

namespace LockNGen.ComfyUiWatcher.Translation;

/// <summary>
/// Translates ComfyUI's messages into our events: no clock, no network, the same messages always result in the same events. They have no
/// sequence yet, because it is assigned when an event is sent; outcomes are not among them, because the ledger decides those.
/// </summary>
/// <param name="generationId">The generation.</param>
/// <param name="totalImages">How many prompts it has.</param>
/// <param name="floor">The overall progress that readers have already seen.</param>
internal sealed class GenerationTranslator(Guid generationId, int totalImages, int floor)
{
    private readonly HashSet<string> _announced = [];
    private PromptProgress? _progress;
    private GenerationProgressedData? _last;
    private int _imageIndex;

    /// <summary>0 to 100, never decreasing.</summary>
    public int OverallProgress { get; private set; } = floor;

    /// <summary>The messages that follow are about this prompt.</summary>
    public void Begin(int imageIndex, RunGraph graph)
    {
        _imageIndex = imageIndex;
        _progress = new PromptProgress(graph);
        _announced.Clear();
        _last = null;
    }

    /// <inheritdoc cref="PromptProgress.Expect"/>
    public void Expect(IEnumerable<string> outputs) => _progress?.Expect(outputs);

    public IReadOnlyList<TranslatedEvent> Apply(ComfyUiMessage message, DateTimeOffset receivedAt)
    {
        if (_progress is null)
            return [];
        switch (message)
        {
            case ExecutionCached cached:
                _progress.Cached(cached.Nodes);
                return [];
            case NodeExecuting executing:
                var node = _progress.DisplayNode(executing.Node, executing.DisplayNode);
                if (_progress.CurrentNode != node)
                    _progress.Enter(node);
                return Report(receivedAt);
            case NodeProgress progress:
                return _progress.Advance(progress) ? Report(receivedAt) : [];
            case ProgressState state:
                _progress.Advance(state);
                return Report(receivedAt);
            case ExecutionSucceeded:
                _progress.Succeed();
                return Report(receivedAt);
            case PreviewFrame preview:
                return Previewed(preview, receivedAt) is { } previewed ? [previewed] : [];
            case CustomEvent custom:
                return [new TranslatedEvent(Custom(custom, receivedAt))];
            default:
                return [];
        }
    }

    private List<TranslatedEvent> Report(DateTimeOffset receivedAt)
    {
        var translations = new List<TranslatedEvent>(2);
        var progress = _progress!;
        if (!progress.HasStarted)
            return translations;
        var node = progress.CurrentNode is { } current ? progress.Graph.Find(current) : null;
        if (node is not null && _announced.Add(progress.CurrentNode!))
            translations.Add(new TranslatedEvent(NodeExecuting(node, receivedAt)));

        OverallProgress = Math.Clamp((int)(100 * (_imageIndex - 1 + progress.Fraction) / totalImages), OverallProgress, 100);
        var (step, total) = progress.Steps;
        var nodes = progress.Nodes;
        var data = new GenerationProgressedData
        {
            Progress = (int)(100L * step / total),
            OverallProgress = OverallProgress,
            CurrentNode = node?.ClassType,
            NodeId = progress.CurrentNode,
            Step = step,
            TotalSteps = total,
            ImageIndex = _imageIndex,
            TotalImages = totalImages,
            NodesDone = nodes.Done,
            NodesTotal = nodes.Total,
            CachedNodeIds = node is null ? CachedNodeIds : [],
        };
        // The same step is reported several times: in progress_state, in progress, and when other nodes move.
        if (data != _last)
        {
            _last = data;
            translations.Add(new TranslatedEvent(
                new GenerationProgressed { GenerationId = generationId, Sequence = 0, Timestamp = receivedAt, Data = data }));
        }

        return translations;
    }

    private GenerationNodeExecuting NodeExecuting(WorkflowNode node, DateTimeOffset receivedAt) => new()
    {
        GenerationId = generationId,
        Sequence = 0,
        Timestamp = receivedAt,
        Data = new GenerationNodeExecutingData
        {
            CurrentNode = node.ClassType,
            NodeId = _progress!.CurrentNode!,
            NodeTitle = node.Title,
            CachedNodes = _progress.CachedNodes.Count,
            CachedNodeIds = CachedNodeIds,
            NodesDone = _progress.Nodes.Done,
            NodesTotal = _progress.Nodes.Total,
            ImageIndex = _imageIndex,
            TotalImages = totalImages,
        },
    };

    private IReadOnlyList<string> CachedNodeIds => [.. _progress!.CachedNodes.Take(GenerationNodeExecutingData.MaxCachedNodeIds)];

    private GenerationCustom Custom(CustomEvent custom, DateTimeOffset receivedAt) => new()
    {
        GenerationId = generationId,
        Sequence = 0,
        Timestamp = receivedAt,
        Data = new GenerationCustomData
        {
            EventType = custom.EventType,
            Data = custom.Data,
            NodeId = custom.Node is { } node ? _progress!.DisplayNode(node) : _progress!.CurrentNode,
            ImageIndex = _imageIndex,
        },
    };

    /// <summary>Null if its bytes are not a picture that every browser displays safely.</summary>
    private TranslatedEvent? Previewed(PreviewFrame preview, DateTimeOffset receivedAt) => PreviewPicture.Find(preview.Image) is not var (type, start) ? null : new(
        new GenerationPreviewed
        {
            GenerationId = generationId,
            Sequence = 0,
            Timestamp = receivedAt,
            Data = new GenerationPreviewedData
            {
                PreviewUrl = "",
                ImageIndex = _imageIndex,
                NodeId = preview.Node is { } node ? _progress!.DisplayNode(node, preview.DisplayNode) : preview.DisplayNode,
            },
        },
        start == 0 && type.ContentType == preview.ContentType ? preview : preview with { ContentType = type.ContentType, Image = preview.Image[start..] });
}

/// <summary>An event without its sequence and, with a <see cref="GenerationPreviewed"/>, the picture it is about (its address follows from the sequence).</summary>
internal sealed record TranslatedEvent(GenerationEvent Event, PreviewFrame? Preview = null);
