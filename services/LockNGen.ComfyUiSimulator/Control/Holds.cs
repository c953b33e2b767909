namespace LockNGen.ComfyUiSimulator.Control;

/// <summary>Where to hold: a stage, and optionally which prompt, node class and step. A field left out matches anything.</summary>
internal sealed record HoldRequest
{
    public required HoldStage Stage { get; init; }

    public string? PromptId { get; init; }

    public string? ClassType { get; init; }

    public int? Step { get; init; }
}

/// <summary>A hold, and the prompt stopped at it.</summary>
internal sealed record HoldStatus(Guid Id, bool Reached, string? PromptId);

/// <summary>Points at which the next matching run stops until it is released, so that tests reach an exact stage without sleeping.</summary>
internal sealed class Holds
{
    private const int MaxHolds = 1000;
    private readonly Lock _gate = new();
    private readonly OrderedDictionary<Guid, Hold> _holds = [];

    /// <summary>Returns the id of the new hold, or null if there are too many.</summary>
    public Guid? Add(HoldRequest request)
    {
        lock (_gate)
        {
            if (_holds.Count >= MaxHolds)
                return null;
            var id = Guid.NewGuid();
            _holds[id] = new Hold(request);
            return id;
        }
    }

    public bool Release(Guid id)
    {
        lock (_gate)
        {
            if (!_holds.Remove(id, out var hold))
                return false;
            hold.Released.TrySetResult();
            return true;
        }
    }

    public void ReleaseAll()
    {
        lock (_gate)
        {
            foreach (var id in _holds.Keys.ToArray())
                Release(id);
        }
    }

    /// <summary>Waits until a run has stopped at the hold, at most <paramref name="timeout"/>.</summary>
    public async Task<HoldStatus?> WaitAsync(Guid id, TimeSpan timeout, CancellationToken cancellationToken)
    {
        Hold? hold;
        lock (_gate)
            _holds.TryGetValue(id, out hold);
        if (hold is null)
            return null;
        try
        {
            return new HoldStatus(id, Reached: true, await hold.Reached.Task.WaitAsync(timeout, cancellationToken));
        }
        catch (TimeoutException)
        {
            return new HoldStatus(id, Reached: false, PromptId: null);
        }
    }

    /// <summary>Called by the run: stops at the oldest matching hold, if any. Each hold stops one run once.</summary>
    public async Task PassAsync(HoldStage stage, string promptId, string? classType, int? step, CancellationToken cancellationToken)
    {
        if (Take(stage, promptId, classType, step) is { } hold)
            await hold.Released.Task.WaitAsync(cancellationToken);
    }

    private Hold? Take(HoldStage stage, string promptId, string? classType, int? step)
    {
        lock (_gate)
        {
            var hold = _holds.Values.FirstOrDefault(h => !h.Reached.Task.IsCompleted && h.Matches(stage, promptId, classType, step));
            hold?.Reached.TrySetResult(promptId);
            return hold;
        }
    }

    private sealed class Hold(HoldRequest request)
    {
        public TaskCompletionSource<string> Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Released { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Matches(HoldStage stage, string promptId, string? classType, int? step) =>
            request.Stage == stage
            && (request.PromptId is null || request.PromptId == promptId)
            && (request.ClassType is null || request.ClassType == classType)
            && (request.Step is null || request.Step == step);
    }
}
