using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.History;

/// <summary>The events of the recent past, in the order in which they were published.</summary>
internal interface IEventHistory
{
    /// <summary>
    /// Passes on every event since then with its owner, and returns once everything published before the call has been read.
    /// </summary>
    Task ReadAsync(DateTimeOffset since, Action<ServerMessage, string?> take, CancellationToken cancellationToken);
}
