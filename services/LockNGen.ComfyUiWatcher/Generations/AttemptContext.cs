using LockNGen.ComfyUiWatcher.Instances;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;
using LockNGen.Messaging;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>An attempt that the API has granted, and the instance that renders it.</summary>
internal sealed record AttemptContext(Guid GenerationId, GenerationWork Work, string Instance)
{
    /// <summary>The number of the attempt.</summary>
    public int Number => Work.Attempt;

    /// <summary>What every event of the attempt carries in its headers.</summary>
    public EventContext Event => new(Work.Owner, Work.TraceParent);
}

/// <summary>An attempt in progress.</summary>
/// <param name="Context">What was granted.</param>
/// <param name="Instance">Its server.</param>
/// <param name="Translator">Turns the server's messages into events.</param>
/// <param name="Outbox">Publishes them.</param>
/// <param name="Rendering">How far ComfyUI has got.</param>
/// <param name="Cancel">The request to stop it, if there is one.</param>
internal sealed record RunningAttempt(
    AttemptContext Context, ComfyUiInstance Instance, GenerationTranslator Translator, GenerationOutbox Outbox, Rendering Rendering, CancelRequest Cancel);
