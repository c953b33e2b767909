using System.Text.Json;

namespace LockNGen.Contracts;

/// <summary>GenerationApi to watcher: the answer to <see cref="ReportOutcome"/>.</summary>
public sealed record OutcomeDecision
{
    /// <summary>What the watcher must do now.</summary>
    public required OutcomeVerdict Verdict { get; init; }

    /// <summary>With <see cref="OutcomeVerdict.Superseded"/>: the terminal event that is already stored, if there is one. For the log only.</summary>
    public JsonElement? StandingEvent { get; init; }
}

/// <summary>What a watcher must do about a reported outcome.</summary>
[System.Text.Json.Serialization.JsonConverter(typeof(System.Text.Json.Serialization.JsonStringEnumConverter<OutcomeVerdict>))]
public enum OutcomeVerdict
{
    /// <summary>The reported event is stored and final: publish it.</summary>
    Publish,

    /// <summary>The attempt is stale, or the generation has ended in another way: publish nothing, drop the work.</summary>
    Superseded,

    /// <summary>The lost render was taken back and will be tried again: publish nothing, drop the work.</summary>
    TakenBack,
}
