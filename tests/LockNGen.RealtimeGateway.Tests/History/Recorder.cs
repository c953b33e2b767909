using System.Text;
using LockNGen.RealtimeGateway.Events;
using LockNGen.RealtimeGateway.History;
using LockNGen.Web.Authentication;

namespace LockNGen.RealtimeGateway.Tests.History;

/// <summary>A subscriber that keeps what it is offered.</summary>
internal sealed class Recorder(Caller? caller = null, bool wantsProgress = true) : Subscriber(caller ?? new Caller { IsAdmin = true })
{
    public List<ServerMessage> Messages { get; } = [];

    public IEnumerable<long> Sequences => Messages.Select(m => m.Sequence);

    public IEnumerable<string> Texts => Messages.Select(m => Encoding.UTF8.GetString(m.Json.Span));

    public override bool WantsProgress => wantsProgress;

    public override void Offer(ServerMessage message) => Messages.Add(message);

    public override bool Watches(Guid generationId) => false;
}
