using LockNGen.RealtimeGateway.Events;
using LockNGen.RealtimeGateway.History;
using LockNGen.Web.Authentication;

namespace LockNGen.RealtimeGateway.Polling;

/// <summary>Watches one generation for the duration of one request.</summary>
internal sealed class Poll(Caller caller) : Subscriber(caller)
{
    private readonly Lock _gate = new();
    private readonly List<ServerMessage> _messages = [];
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the missed events have arrived.</summary>
    public Task WhenJoined => _joined.Task;

    /// <summary>Completes when there is a message.</summary>
    public Task WhenAny => _first.Task;

    public override void Offer(ServerMessage message)
    {
        lock (_gate)
            _messages.Add(message);
        _first.TrySetResult();
    }

    public override void Joined() => _joined.TrySetResult();

    public override bool Watches(Guid generationId) => true;

    public IReadOnlyList<ServerMessage> Take()
    {
        lock (_gate)
            return [.. _messages];
    }
}
