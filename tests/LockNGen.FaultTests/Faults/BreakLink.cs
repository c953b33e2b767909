using LockNGen.FaultTests.Rig;

namespace LockNGen.FaultTests.Faults;

/// <summary>The network between two parts: cut, stalled, or with full buffers on one side.</summary>
internal sealed class BreakLink(Link link, LinkState state, TimeSpan lasts) : Fault(KindOf(state), link.Name, lasts)
{
    public override string? Unreliable => link.Server.StartsWith("comfyui", StringComparison.Ordinal) ? link.Server : null;

    /// <summary>Whether a watcher cannot reach the broker, and others can.</summary>
    public bool IsolatesAWatcher => link.Client.StartsWith("watcher", StringComparison.Ordinal) && link.Server == "broker";

    public override Task BreakAsync(CancellationToken cancellationToken)
    {
        link.Set(state);
        return Task.CompletedTask;
    }

    public override Task MendAsync(CancellationToken cancellationToken)
    {
        link.Set(LinkState.Open);
        return Task.CompletedTask;
    }

    private static string KindOf(LinkState state) => state switch
    {
        LinkState.Cut => "TCP cut",
        LinkState.Stalled => "TCP stall",
        LinkState.ClientClogged => "client's buffers full",
        LinkState.ServerClogged => "server's buffers full",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "An open link is no fault."),
    };
}
