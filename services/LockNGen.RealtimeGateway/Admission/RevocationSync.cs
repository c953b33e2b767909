using LockNGen.Contracts;
using LockNGen.Hosting.Resilience;
using LockNGen.Messaging;
using LockNGen.RealtimeGateway.Connections;
using LockNGen.Web.Authentication;
using MassTransit;
using Microsoft.Extensions.Options;

namespace LockNGen.RealtimeGateway.Admission;

/// <summary>Ends the connections of revoked tokens, and learns at the start which were revoked while this replica did not listen.</summary>
internal sealed partial class RevocationSync(
    RevocationList revocations, ClientConnections connections, CommandClient commands, IOptions<AuthOptions> auth, TimeProvider clock, ILogger<RevocationSync> logger)
    : BackgroundService
{
    private static readonly Backoff Retry = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));

    public void Apply(TokenRevoked revocation)
    {
        revocations.Add(revocation);
        foreach (var connection in connections.Open)
        {
            if (revocations.IsRevoked(connection.Caller))
                connection.Close(CloseCode.NotAllowed, "the token was revoked");
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!auth.Value.IsOn)
            return;
        for (var failures = 1; !stoppingToken.IsCancellationRequested; failures++)
        {
            try
            {
                var answer = await commands.RequestAsync<GetRevocations, RevocationsAnswer>(BusQueues.GenerationApi, new GetRevocations(), stoppingToken);
                foreach (var revocation in answer.Revocations)
                    Apply(revocation);
                revocations.IsKnown = true;
                return;
            }
            catch (Exception e) when (e is RequestException or MassTransitException)
            {
                LogNotYet(e.Message);
            }

            await Task.Delay(Retry.DelayAfter(failures), clock, stoppingToken);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The GenerationApi has not said yet which tokens are revoked: {Reason}")]
    private partial void LogNotYet(string reason);
}
