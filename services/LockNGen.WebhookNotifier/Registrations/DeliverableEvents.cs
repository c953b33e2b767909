using LockNGen.Contracts;

namespace LockNGen.WebhookNotifier.Registrations;

/// <summary>
/// Which events a webhook can ask for: those that are never dropped. Progress is not among them; twenty requests a second for each
/// generation is what WebSocket and SSE are for.
/// </summary>
internal static class DeliverableEvents
{
    /// <summary>What a webhook receives unless it asks for something else: outcomes.</summary>
    public static string Default { get; } = string.Join(' ', GenerationEventTypes.All.Where(GenerationEventTypes.IsTerminal));

    /// <summary>Everything that can be asked for.</summary>
    public static IReadOnlyList<string> All { get; } = [.. GenerationEventTypes.All.Where(type => !GenerationEventTypes.IsProgress(type))];

    /// <summary>Whether this event is delivered: later <c>generation.queued</c> events report positions, which is progress.</summary>
    public static bool Includes(GenerationEvent message) => message is not GenerationQueued || message.Sequence == GenerationSequence.Of(0, 1);
}
