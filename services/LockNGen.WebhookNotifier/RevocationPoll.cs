using LockNGen.Contracts;
using LockNGen.ServiceDefaults.Authentication;
using LockNGen.ServiceDefaults.Bus;
using MassTransit;
using Microsoft.Extensions.Options;

namespace LockNGen.WebhookNotifier;

/// <summary>
/// Asks the GenerationApi which tokens are revoked. Nothing stays open here that would have to be closed at once, so asking now and then
/// does, and this service needs no queue of its own for each replica.
/// </summary>
internal sealed partial class RevocationPoll(
    RevocationList revocations, CommandClient commands, IOptions<AuthOptions> auth, TimeProvider clock, ILogger<RevocationPoll> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!auth.Value.IsOn)
            return;
        while (true)
        {
            try
            {
                var answer = await commands.RequestAsync<GetRevocations, RevocationsAnswer>(BusQueues.GenerationApi, new GetRevocations(), stoppingToken);
                foreach (var revocation in answer.Revocations)
                    revocations.Add(revocation);
            }
            catch (Exception e) when (e is RequestException or MassTransitException)
            {
                LogNoAnswer(e.Message);
            }

            await Task.Delay(Interval * (0.75 + (Random.Shared.NextDouble() / 2)), clock, stoppingToken);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The GenerationApi does not say which tokens are revoked; asking again in half a minute: {Reason}")]
    private partial void LogNoAnswer(string reason);
}
