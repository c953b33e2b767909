using LockNGen.Contracts;
using LockNGen.Messaging;
using LockNGen.RealtimeGateway.Telemetry;
using LockNGen.Web.Authentication;
using LockNGen.Web.Problems;
using MassTransit;

namespace LockNGen.RealtimeGateway.Admission;

/// <summary>One-time tickets for browsers that can use neither header nor cookie. The API's database keeps them, so any replica redeems them, once.</summary>
internal sealed class TicketService(CommandClient commands, RevocationList revocations, GatewayMetrics metrics)
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/api/realtime/tickets", (TicketService tickets, Caller caller, CancellationToken cancellationToken) => tickets.IssueAsync(caller, cancellationToken))
            .RequireAuthorization()
            .WithTags("Realtime")
            .WithSummary("A ticket that opens one WebSocket or SSE stream within 30 seconds, as ?ticket=...");

    /// <summary>The caller to whom the ticket was issued; null if it is not valid, which has been answered.</summary>
    public async Task<Caller?> RedeemAsync(HttpContext context, string ticket)
    {
        TicketAnswer answer;
        try
        {
            answer = await commands.RequestAsync<RedeemTicket, TicketAnswer>(
                BusQueues.GenerationApi, new RedeemTicket { Ticket = ticket }, context.RequestAborted);
        }
        catch (Exception e) when (e is RequestException or MassTransitException)
        {
            await NotNow().ExecuteAsync(context);
            return null;
        }

        var caller = new Caller
        {
            Owner = answer.Owner,
            IsAuthenticated = true,
            IsAdmin = answer.Scopes.Contains(Caller.AdminScope),
            Scopes = answer.Scopes,
            TokenId = answer.TokenId,
            IssuedAt = answer.IssuedAt,
            ExpiresAt = answer.ExpiresAt,
        };
        if (answer.Valid && !revocations.IsRevoked(caller))
            return caller;
        metrics.Rejected("ticket");
        await Problem.Of(StatusCodes.Status401Unauthorized, "The ticket is unknown, used up or older than 30 seconds.")
            .ExecuteAsync(context);
        return null;
    }

    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult NotNow() =>
        Problem.Of(StatusCodes.Status503ServiceUnavailable, "The GenerationApi, which keeps the tickets, does not answer.");

    private async Task<IResult> IssueAsync(Caller caller, CancellationToken cancellationToken)
    {
        try
        {
            var request = new IssueTicket
            {
                Owner = caller.Owner,
                Scopes = caller.Scopes,
                TokenId = caller.TokenId,
                IssuedAt = caller.IssuedAt,
                ExpiresAt = caller.ExpiresAt,
            };
            var ticket = await commands.RequestAsync<IssueTicket, IssuedTicket>(BusQueues.GenerationApi, request, cancellationToken);
            return TypedResults.Json(ticket, ContractsJson.Default.IssuedTicket);
        }
        catch (Exception e) when (e is RequestException or MassTransitException)
        {
            return NotNow();
        }
    }
}
