using System.Text.Json.Nodes;

namespace LockNGen.ComfyUiSimulator.Tests.Conformance;

/// <summary>How far a socket is in a recording.</summary>
/// <param name="Statuses">Status messages so far, which race with the events of other prompts.</param>
/// <param name="Events">Events other than those and progress.</param>
/// <param name="Step">The running node's step.</param>
/// <param name="IsTold">Whether the nodes' state was sent since that step.</param>
internal readonly record struct SocketPosition(int Statuses, int Events, double Step, bool IsTold)
{
    public static SocketPosition Of(IEnumerable<JsonObject?> frames)
    {
        var position = default(SocketPosition);
        foreach (var frame in frames)
            position = position.After(frame);
        return position;
    }

    /// <summary>Whether this position has been reached. One more status than recorded does not replace an event that is still to come.</summary>
    public bool Reaches(SocketPosition other) =>
        Statuses + Events >= other.Statuses + other.Events
        && (Events, Step, IsTold).CompareTo((other.Events, other.Step, other.IsTold)) >= 0;

    private SocketPosition After(JsonObject? frame) => frame?["type"]?.ToString() switch
    {
        null => this,
        "status" => this with { Statuses = Statuses + 1 },
        "progress_state" => this with { IsTold = true },
        "progress" => this with { Step = frame["data"]!["value"]!.GetValue<double>(), IsTold = false },
        _ => this with { Events = Events + 1, Step = 0, IsTold = false },
    };
}
