using LockNGen.ComfyUiSimulator.Nodes;
using LockNGen.ComfyUiSimulator.Queue;
using LockNGen.ComfyUiSimulator.Sockets;

namespace LockNGen.ComfyUiSimulator.Execution;

/// <summary>A node of a run, as the node itself sees it.</summary>
internal sealed class RunningNode(
    PromptRun run, string nodeId, string classType, IReadOnlyDictionary<string, object?> inputs, CancellationToken cancellationToken)
    : NodeContext(nodeId, classType, inputs, cancellationToken)
{
    public override ServerEnvironment Environment => run.Environment;

    public override string TempPrefix => run.TempPrefixes.Of(NodeId, ClassType);

    public override bool HasPreviews => run.HasPreviews;

    protected override QueueItem Item => run.Item;

    protected override SocketHub Sockets => run.Sockets;

    protected override void ThrowIfInterrupted() => run.ThrowIfInterrupted();

    protected override void UpdateProgress(int value, int max, PreviewImage? preview) => run.Progress.Update(NodeId, value, max, preview);
}
