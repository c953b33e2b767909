using System.Collections.Concurrent;
using LockNGen.Contracts;
using MassTransit;

namespace LockNGen.RealtimeGateway.Tests;

/// <summary>Answers the gateway's requests from memory, in place of the GenerationApi and its database.</summary>
internal sealed class StandInApi : IConsumer<GetSnapshot>, IConsumer<IssueTicket>, IConsumer<RedeemTicket>, IConsumer<GetRevocations>
{
    private readonly ConcurrentDictionary<string, IssueTicket> _tickets = new();

    public ConcurrentDictionary<Guid, SnapshotAnswer> Snapshots { get; } = new();

    /// <summary>What is revoked, replaced as a whole.</summary>
    public IReadOnlyList<TokenRevoked> Revocations { get; set; } = [];

    /// <summary>One for each question for revocations.</summary>
    public SemaphoreSlim RevocationsAsked { get; } = new(0);

    /// <summary>Completes with the first question for a snapshot.</summary>
    public TaskCompletionSource SnapshotAsked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Consume(ConsumeContext<GetSnapshot> context)
    {
        SnapshotAsked.TrySetResult();
        return context.RespondAsync(Snapshots.GetValueOrDefault(context.Message.GenerationId) ?? new SnapshotAnswer());
    }

    public Task Consume(ConsumeContext<IssueTicket> context)
    {
        var ticket = Guid.NewGuid().ToString("N");
        _tickets[ticket] = context.Message;
        return context.RespondAsync(new IssuedTicket { Ticket = ticket, ExpiresAt = DateTimeOffset.UtcNow.AddSeconds(30) });
    }

    public Task Consume(ConsumeContext<RedeemTicket> context) =>
        context.RespondAsync(_tickets.TryRemove(context.Message.Ticket, out var issued)
            ? new TicketAnswer { Valid = true, Owner = issued.Owner, Scopes = issued.Scopes, TokenId = issued.TokenId, IssuedAt = issued.IssuedAt, ExpiresAt = issued.ExpiresAt }
            : new TicketAnswer { Valid = false });

    public Task Consume(ConsumeContext<GetRevocations> context)
    {
        RevocationsAsked.Release();
        return context.RespondAsync(new RevocationsAnswer { Revocations = Revocations });
    }
}
