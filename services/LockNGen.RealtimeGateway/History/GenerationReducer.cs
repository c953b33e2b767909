using LockNGen.Contracts;
using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.History;

/// <summary>
/// Folds events into a state. Each event type always sets the same properties, so that only the newest of each
/// progress type matters; images are keyed by their index. The TypeScript client reduces in the same way.
/// </summary>
internal static class GenerationReducer
{
    public static GenerationSnapshot Empty(Guid generationId, DateTimeOffset now) => new()
    {
        GenerationId = generationId,
        Sequence = 0,
        Timestamp = now,
        Data = new GenerationSnapshotData { Status = GenerationStatus.Unknown },
    };

    public static GenerationSnapshot Reduce(GenerationSnapshot state, ServerMessage message) =>
        Reduce(state, ContractsJson.Deserialize(message.Type, message.Json.Span));

    public static GenerationSnapshot Reduce(GenerationSnapshot state, GenerationEvent next) =>
        next.Sequence <= state.Sequence || state.Data.Status.IsTerminal()
            ? state
            : state with
            {
                Sequence = next.Sequence,
                Timestamp = next.Timestamp,
                Data = Reduce(state.Data, next),
            };

    private static GenerationSnapshotData Reduce(GenerationSnapshotData state, GenerationEvent next) => next switch
    {
        GenerationQueued { Data: var d } => WithoutNode(state) with
        {
            // It has a place in the instance's own queue, but is still waiting.
            Status = d.Instance is null ? GenerationStatus.Queued : GenerationStatus.Dispatched,
            Instance = d.Instance,
            WaitsBehind = d.WaitsBehind,
            Position = d.Position,
            EstimatedWaitSeconds = d.EstimatedWaitSeconds,
        },
        GenerationStarted { Data: var d } => WithoutNode(Running(state)) with { Instance = d.Instance, Attempt = d.Attempt, TotalImages = d.TotalImages },
        GenerationNodeExecuting { Data: var d } => WithoutNode(Running(state)) with
        {
            CurrentNode = d.CurrentNode,
            NodeId = d.NodeId,
            NodeTitle = d.NodeTitle,
            NodesDone = d.NodesDone,
            NodesTotal = d.NodesTotal,
            CachedNodeIds = d.CachedNodeIds,
            ImageIndex = d.ImageIndex,
            TotalImages = d.TotalImages,
        },
        GenerationProgressed { Data: var d } => Running(state) with
        {
            Progress = d.Progress,
            OverallProgress = Math.Max(state.OverallProgress, d.OverallProgress),
            CurrentNode = d.CurrentNode,
            NodeId = d.NodeId,
            Step = d.Step,
            TotalSteps = d.TotalSteps,
            NodesDone = d.NodesDone,
            NodesTotal = d.NodesTotal,
            ImageIndex = d.ImageIndex,
            TotalImages = d.TotalImages,
            PreviewUrl = d.PreviewUrl,
        },
        GenerationPreviewed { Data: var d } => Running(state) with { PreviewUrl = d.PreviewUrl, ImageIndex = d.ImageIndex },
        GenerationCustom => Running(state),
        GenerationImageCompleted { Data: var d } => Running(state) with
        {
            Images = Merge(state.Images, [d.Image]),
            ImageIndex = d.ImageIndex,
            TotalImages = d.TotalImages,
        },
        GenerationCompleted { Data: var d } => Ended(state, GenerationStatus.Completed, d.Images, d.Warnings) with
        {
            OverallProgress = 100,
            DurationSeconds = d.DurationSeconds,
        },
        GenerationFailed { Data: var d } => Ended(state, GenerationStatus.Failed, d.Images, d.Warnings) with { Error = d.Error },
        GenerationCancelled { Data: var d } => Ended(state, GenerationStatus.Cancelled, d.Images, d.Warnings) with { Reason = d.Reason },
        _ => state,
    };

    private static GenerationSnapshotData Running(GenerationSnapshotData state) =>
        WithoutPosition(state) with { Status = GenerationStatus.Running };

    private static GenerationSnapshotData Ended(
        GenerationSnapshotData state, GenerationStatus status, IReadOnlyList<GenerationImage> images, IReadOnlyList<GenerationWarning> warnings) =>
        WithoutNode(WithoutPosition(state)) with { Status = status, Images = Merge(state.Images, images), Warnings = warnings };

    private static GenerationSnapshotData WithoutPosition(GenerationSnapshotData state) =>
        state with { Position = null, EstimatedWaitSeconds = null, WaitsBehind = null };

    private static GenerationSnapshotData WithoutNode(GenerationSnapshotData state) =>
        state with
        {
            Progress = null,
            Step = null,
            TotalSteps = null,
            CurrentNode = null,
            NodeId = null,
            NodeTitle = null,
            NodesDone = null,
            NodesTotal = null,
            CachedNodeIds = [],
        };

    private static IReadOnlyList<GenerationImage> Merge(IReadOnlyList<GenerationImage> known, IReadOnlyList<GenerationImage> added) =>
        added.Count == 0 ? known : [.. known.Concat(added).GroupBy(i => i.Index, (_, same) => same.Last()).OrderBy(i => i.Index)];
}
