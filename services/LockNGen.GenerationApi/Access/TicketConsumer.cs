using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Storage;
using MassTransit;
using Microsoft.AspNetCore.WebUtilities;

namespace LockNGen.GenerationApi.Access;

/// <summary>
/// One-time tickets for gateways: kept here because all replicas share this database. Only the hash is stored, and redeeming
/// deletes it, so a ticket is valid only once, even if others see it.
/// </summary>
internal sealed class TicketConsumer(GenerationsDatabase database) : IConsumer<IssueTicket>, IConsumer<RedeemTicket>
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    public async Task Consume(ConsumeContext<IssueTicket> context)
    {
        var caller = context.Message;
        var ticket = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));
        var answer = new TicketAnswer
        {
            Valid = true,
            Owner = caller.Owner,
            Scopes = caller.Scopes,
            TokenId = caller.TokenId,
            IssuedAt = caller.IssuedAt,
            ExpiresAt = caller.ExpiresAt,
        };
        var expires = await database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync(
                    "INSERT INTO tickets (hash, ticket, expires_at) VALUES (@hash, @json, @until)",
                    new { hash = Hash(ticket), json = JsonSerializer.Serialize(answer, StoredJson.Default.TicketAnswer), until = session.Now + Lifetime });
                return session.Now + Lifetime;
            },
            context.CancellationToken);
        await context.RespondAsync(new IssuedTicket { Ticket = ticket, ExpiresAt = expires });
    }

    public async Task Consume(ConsumeContext<RedeemTicket> context)
    {
        var json = await database.WriteAsync(
            session => session.ScalarAsync<string>(
                "DELETE FROM tickets WHERE hash = @hash AND expires_at > @Now RETURNING ticket",
                new { hash = Hash(context.Message.Ticket), session.Now }),
            context.CancellationToken);
        await context.RespondAsync(
            json is null ? new TicketAnswer { Valid = false } : JsonSerializer.Deserialize(json, StoredJson.Default.TicketAnswer)!);
    }

    private static string Hash(string ticket) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ticket)));
}
