using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Tests.Conformance;
using LockNGen.TestSupport;

namespace LockNGen.IntegrationTests.Doors;

/// <summary>
/// Stops the simulated ComfyUI at the first two steps of every sampler (a node of three steps or more) of a recorded prompt, until the recording continues: so
/// requests made during a run are made during a run even on the busiest machine. At the first step the door's socket must see progress, at the second a picture:
/// one that comes before the door has begun to follow the prompt is not repeated.
/// </summary>
internal sealed class HeldSteps(HttpClient simulator, Recording recording)
{
    private readonly SimulatorHolds _holds = new(simulator);
    private readonly Queue<Step> _steps = [];

    /// <summary>To be called before the prompt that was recorded with this id is sent.</summary>
    public async Task HoldAsync(string promptId)
    {
        foreach (var socket in recording.Sockets)
        {
            // A run that is interrupted at its first step never reaches its second.
            var isInterrupted = Of(recording.Frames(socket), promptId, "execution_interrupted").Any();
            foreach (var node in Of(recording.Frames(socket), promptId, "progress").Where(f => f["max"]!.GetValue<int>() > 2 && f["value"]!.GetValue<int>() >= 2).Select(f => f["node"]!.ToString()).Distinct())
                _steps.Enqueue(new Step(await HoldAsync(step: 1), isInterrupted ? null : await HoldAsync(step: 2), isInterrupted, socket, promptId, node, HasPreview(recording.Frames(socket), promptId, node)));
        }
    }

    /// <summary>Lets those go on that had gone on when an action was recorded, or all of them; yields what the door's sockets did not see of their steps.</summary>
    public async Task<IReadOnlyList<string>> ReleaseAsync(JsonObject? action, IReadOnlyDictionary<string, ComfySocket> sockets, Func<string, string> map)
    {
        var unseen = new List<string>();
        while (_steps.TryPeek(out var step) && (action is null || HasGoneOn(recording.Frames(step.Socket, action), step)))
        {
            var (socket, promptId) = (sockets[step.Socket], map(step.PromptId));
            if (!await IsSeenAsync(socket, promptId, step.Node, f => f?["type"]?.ToString() == "progress"))
                unseen.Add($"{step.Socket} was not told of the first step of node {step.Node}");
            // It would go on to its second step, and take the hold of the next prompt, if the request to cancel it has not got through to the server.
            if (step.IsInterrupted)
                await _holds.InterruptedAsync();
            await ReleaseAsync(step.First);
            if (step.Second is { } second)
            {
                if (step.HasPreview && !await IsSeenAsync(socket, promptId, step.Node, f => f is null))
                    unseen.Add($"{step.Socket} was not sent a picture of node {step.Node}");
                await ReleaseAsync(second);
            }

            _steps.Dequeue();
        }

        return unseen;
    }

    private Task<Guid> HoldAsync(int step) => _holds.HoldAsync("progress", step: step);

    /// <summary>A step is reported before the simulator stops at it: if it were released too early, it would take the hold of the next sampler.</summary>
    private async Task ReleaseAsync(Guid hold)
    {
        await _holds.HeldAsync(hold);
        await _holds.ReleaseAsync(hold);
    }

    private static Task<bool> IsSeenAsync(ComfySocket socket, string promptId, string node, Func<JsonObject?, bool> isWanted) =>
        socket.ComesAsync(frames => WhileAt(frames.Select(f => f.Json), promptId, node).Any(isWanted));

    private static IEnumerable<JsonObject> Of(IEnumerable<JsonObject> frames, string promptId, string type) =>
        frames.Select(f => f["data"]).OfType<JsonObject>().Where(d => d["type"]?.ToString() == type).Select(d => d["data"]!.AsObject()).Where(d => d["prompt_id"]?.ToString() == promptId);

    private static bool HasGoneOn(IReadOnlyList<JsonObject> frames, Step step) =>
        Of(frames, step.PromptId, "progress").Any(f => f["node"]!.ToString() == step.Node)
        && (Of(frames, step.PromptId, "executing").Last()["node"]?.ToString() != step.Node || Of(frames, step.PromptId, "execution_error").Any());

    private static bool HasPreview(IReadOnlyList<JsonObject> frames, string promptId, string node) =>
        WhileAt(frames.Select(f => f["data"] as JsonObject), promptId, node).Any(data => data is null);

    /// <summary>What was received while a node was running; a picture is null.</summary>
    private static IEnumerable<JsonObject?> WhileAt(IEnumerable<JsonObject?> frames, string promptId, string node) => frames
        .SkipWhile(f => !(f?["type"]?.ToString() == "executing" && f["data"]!["prompt_id"]?.ToString() == promptId && f["data"]!["node"]?.ToString() == node))
        .Skip(1)
        .TakeWhile(f => f?["type"]?.ToString() != "executing");

    private sealed record Step(Guid First, Guid? Second, bool IsInterrupted, string Socket, string PromptId, string Node, bool HasPreview);
}
