using LockNGen.Contracts;
using LockNGen.Messaging;

namespace LockNGen.GenerationApi.Scheduling;

/// <summary>Sends commands to watchers. One that does not arrive is repeated by a later pass: the row is the commitment.</summary>
internal sealed partial class WatcherCommands(CommandClient commands, TimeProvider clock, ILogger<WatcherCommands> logger)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>Does not fail.</summary>
    public async Task SendAsync<T>(string watcher, string? traceParent, T command, CancellationToken cancellationToken)
        where T : class
    {
        using var timeout = new CancellationTokenSource(Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await commands.SendAsync(BusQueues.Watcher(watcher), command, either.Token, traceParent);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotSent(typeof(T).Name, watcher, e.Message);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Command} did not reach watcher {Watcher}: {Reason}. A later pass repeats it.")]
    private partial void LogNotSent(string command, string watcher, string reason);
}
