using LockNGen.RealtimeGateway.Events;
using LockNGen.Web.Authentication;

namespace LockNGen.RealtimeGateway.History;

/// <summary>A reader of a generation's messages: a connection, or a waiting poll.</summary>
internal abstract class Subscriber(Caller caller)
{
    public Caller Caller { get; } = caller;

    /// <summary>Receives one message; called in order, under the lock of the generation, so it must neither block nor call back.</summary>
    public abstract void Offer(ServerMessage message);

    /// <summary>It has been offered what it missed; what follows is live.</summary>
    public virtual void Joined()
    {
    }

    /// <summary>Whether it takes any kind of progress: if not, it misses nothing when the ring evicts progress.</summary>
    public virtual bool WantsProgress => true;

    /// <summary>Whether it asked for this generation by id (and so does not need it among "all").</summary>
    public abstract bool Watches(Guid generationId);
}
