using LockNGen.Contracts;
using LockNGen.Hosting.Resilience;
using LockNGen.Messaging;
using LockNGen.Web.Authentication;
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
    private static readonly Backoff Retry = new(TimeSpan.FromSeconds(1), Interval);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!auth.Value.IsOn)
            return;
        var failures = 0;
        while (true)
        {
            try
            {
                var answer = await commands.RequestAsync<GetRevocations, RevocationsAnswer>(BusQueues.GenerationApi, new GetRevocations(), stoppingToken);
                foreach (var revocation in answer.Revocations)
                    revocations.Add(revocation);
                revocations.IsKnown = true;
                failures = 0;
            }
            catch (Exception e) when (e is RequestException or MassTransitException)
            {
                failures++;
                LogNoAnswer(e.Message);
            }

            var pause = failures > 0 ? Retry.DelayAfter(failures) : Interval * (0.75 + (Random.Shared.NextDouble() / 2));
            await Task.Delay(pause, clock, stoppingToken);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The GenerationApi does not say which tokens are revoked; asking again soon: {Reason}")]
    private partial void LogNoAnswer(string reason);
}
