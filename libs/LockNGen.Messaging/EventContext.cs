using LockNGen.Contracts;

namespace LockNGen.Messaging;

/// <summary>The headers of an event; see <see cref="EventHeaders"/>.</summary>
/// <param name="Owner">The owner id of the generation, if it has one.</param>
/// <param name="TraceParent">W3C trace context of the generation.</param>
/// <param name="ReceivedAt">When the watcher received ComfyUI's frame, in Unix microseconds.</param>
public readonly record struct EventContext(string? Owner = null, string? TraceParent = null, long? ReceivedAt = null);
