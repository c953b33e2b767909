using LockNGen.Contracts;
using LockNGen.Hosting.Resilience;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LockNGen.Web.Authentication;

/// <summary>
/// Asks regularly which tokens are revoked: at the start for those revoked before, and again because an event that announces
/// one may be lost.
/// </summary>
public sealed partial class RevocationPoll : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly Backoff Retry = new(TimeSpan.FromSeconds(1), Interval);

    private readonly Func<CancellationToken, Task<RevocationsAnswer>> _ask;
    private readonly RevocationList _revocations;
    private readonly AuthOptions _auth;
    private readonly TimeProvider _clock;
    private readonly ILogger<RevocationPoll> _logger;

    internal RevocationPoll(
        Func<CancellationToken, Task<RevocationsAnswer>> ask, RevocationList revocations, IOptions<AuthOptions> auth, TimeProvider clock, ILogger<RevocationPoll> logger) =>
        (_ask, _revocations, _auth, _clock, _logger) = (ask, revocations, auth.Value, clock, logger);

    /// <summary>Adds the poll, once in a process.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="ask">Asks the service that keeps the revocations; after an exception it is asked again.</param>
    public static void AddTo(IServiceCollection services, Func<IServiceProvider, CancellationToken, Task<RevocationsAnswer>> ask) =>
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RevocationPoll>(p => new RevocationPoll(
            cancellationToken => ask(p, cancellationToken),
            p.GetRequiredService<RevocationList>(),
            p.GetRequiredService<IOptions<AuthOptions>>(),
            p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<ILogger<RevocationPoll>>())));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!_auth.IsOn)
            return;
        var failures = 0;
        while (true)
        {
            try
            {
                _revocations.Add((await _ask(stoppingToken)).Revocations);
                _revocations.IsKnown = true;
                failures = 0;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                failures++;
                LogNoAnswer(e.Message);
            }

            // Replicas that started together must not keep asking together.
            var pause = failures > 0 ? Retry.DelayAfter(failures) : Interval * (0.75 + (Random.Shared.NextDouble() / 2));
            await Task.Delay(pause, _clock, stoppingToken);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The GenerationApi does not report which tokens are revoked; asking again soon: {Reason}")]
    private partial void LogNoAnswer(string reason);
}
