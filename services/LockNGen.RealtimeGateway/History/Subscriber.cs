using LockNGen.RealtimeGateway.Events;
using LockNGen.Web.Authentication;

namespace LockNGen.RealtimeGateway.History;

/// <summary>A reader of a generation's messages: a connection, or a poll that waits.</summary>
internal abstract class Subscriber(Caller caller)
{
    public Caller Caller { get; } = caller;

    /// <summary>Takes one message; called in order, under the lock of the generation, so it must neither block nor call back.</summary>
    public abstract void Offer(ServerMessage message);

    /// <summary>It has been offered what it missed; what comes now is live.</summary>
    public virtual void Joined()
    {
    }

    /// <summary>Whether it takes any kind of progress: who does not has missed nothing when the ring has let go of some.</summary>
    public virtual bool WantsProgress => true;

    /// <summary>Whether it asked for this generation by id (and so needs it not among "all").</summary>
    public abstract bool Watches(Guid generationId);
}
