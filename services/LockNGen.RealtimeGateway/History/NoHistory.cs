using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.History;

/// <summary>For a single process, where nothing is older than the rings and nothing is lost on the way to them.</summary>
internal sealed class NoHistory : IEventHistory
{
    public Task ReadAsync(DateTimeOffset since, Action<ServerMessage, string?> take, CancellationToken cancellationToken) => Task.CompletedTask;
}
