using LockNGen.Contracts;

namespace LockNGen.Messaging;

/// <summary>What goes into the headers beside an event; see <see cref="EventHeaders"/>.</summary>
/// <param name="Owner">The owner id of the generation, if it has one.</param>
/// <param name="TraceParent">W3C trace context of the generation.</param>
/// <param name="ReceivedAt">Unix microseconds at which the watcher had ComfyUI's frame.</param>
public readonly record struct EventContext(string? Owner = null, string? TraceParent = null, long? ReceivedAt = null);
