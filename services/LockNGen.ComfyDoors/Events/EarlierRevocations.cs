using LockNGen.Contracts;
using LockNGen.Hosting.Resilience;
using LockNGen.Messaging;
using LockNGen.Web.Authentication;
using MassTransit;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyDoors.Events;

/// <summary>Asks the GenerationApi for the revocations of the time before this door; those that follow come as events.</summary>
internal sealed partial class EarlierRevocations(
    RevocationList revocations, CommandClient commands, IOptions<AuthOptions> auth, TimeProvider clock, ILogger<EarlierRevocations> logger) : BackgroundService
{
    private static readonly Backoff Retry = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var failures = 1; auth.Value.IsOn && !revocations.IsKnown; failures++)
        {
            try
            {
                var answer = await commands.RequestAsync<GetRevocations, RevocationsAnswer>(BusQueues.GenerationApi, new GetRevocations(), stoppingToken);
                foreach (var revocation in answer.Revocations)
                    revocations.Add(revocation);
                revocations.IsKnown = true;
            }
            catch (Exception e) when (e is RequestException or MassTransitException)
            {
                LogNoAnswer(e.Message);
                await Task.Delay(Retry.DelayAfter(failures), clock, stoppingToken);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "The GenerationApi does not say which tokens are revoked; asking again soon: {Reason}")]
    private partial void LogNoAnswer(string reason);
}
