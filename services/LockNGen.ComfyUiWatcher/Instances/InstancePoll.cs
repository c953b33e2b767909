using System.Net.Sockets;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Options;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// Polls one server's queue: every few seconds, and at once after a connect or when the queue has changed. While the server
/// is ours, the answer is compared with what the sockets report.
/// </summary>
internal sealed partial class InstancePoll(
    string instance, Uri server, ComfyUiClient client, InstanceHealth health, InstanceSockets sockets, WorkerCheck workerCheck, InstanceServices services)
{
    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan DoubtfulInterval = TimeSpan.FromMilliseconds(300);

    private readonly ComfyUiOptions _options = services.Options;
    private readonly TimeProvider _clock = services.Clock;
    private readonly ILogger _logger = services.Logger;
    private readonly QueueReader _queue = new(client, () => sockets.Awaited);
    private readonly OrphanedPrompts _orphans = new(instance, client, sockets, workerCheck, services);
    private readonly OtherPrompts _others = new(
        instance, client, new OtherPromptReporter(instance, server, client, services), services.Clock, services.Logger);
    private TaskCompletionSource _poke = NewPoke();
    private int _losses;

    /// <summary>The server's version, once it is known.</summary>
    public string? Version { get; private set; }

    /// <summary>How many of its prompts are not ours, or no longer ours.</summary>
    public int OthersRemaining { get; private set; }

    /// <summary>Cancelled when the server is given up; replaced once it answers again.</summary>
    public CancellationToken ServerLost => ServerLostSource.Token;

    // Not disposed: it has neither timer nor parent, and calls may still hold its token.
    private CancellationTokenSource ServerLostSource { get; set; } = new();

    /// <summary>Polls soon instead of at the next interval.</summary>
    public void Poke() => _poke.TrySetResult();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var others = _others.RunAsync(cancellationToken);
        try
        {
            while (true)
            {
                await PollAsync(cancellationToken);
                await Task.Delay(Spacing, _clock, cancellationToken);
                await WaitForPokeAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            GiveUp(_ => InstanceHealth.Gone);
        }

        await others;
    }

    private async Task WaitForPokeAsync(CancellationToken cancellationToken)
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var interval = sockets.IsDoubtful ? DoubtfulInterval : _options.PollInterval;
        var pause = Task.Delay(health.Pause > interval ? health.Pause : interval, _clock, wait.Token);
        await Task.WhenAny(health.Pause > TimeSpan.Zero ? pause : _poke.Task, pause, sockets.SilenceAsync(wait.Token));
        await wait.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        if (_poke.Task.IsCompleted)
            _poke = NewPoke();
    }

    private async Task PollAsync(CancellationToken cancellationToken)
    {
        var before = health.State;
        // A server without its worker may be polled for weeks, so it must cost no more than any other.
        var isNew = before is not (InstanceState.Up or InstanceState.NeedsRestart);
        try
        {
            var askedAt = _clock.GetUtcNow();
            var queue = await _queue.ReadAsync(isNew, cancellationToken);
            NoticeRestart();
            OthersRemaining = queue.Running.Concat(queue.Pending).Count(i => !sockets.Follows(i.PromptId));
            health.Answered(queue, _clock.GetUtcNow());
            if (before == InstanceState.NeedsRestart && health.State != before)
                workerCheck.Reset();
            if (isNew || Version is null)
                Version = await client.GetVersionAsync(cancellationToken);
            if (sockets.OwnClientId is not null)
                await CompareAsync(queue, askedAt, cancellationToken);
        }
        catch (UnusableServerException e)
        {
            health.ShutOut(e, _clock.GetUtcNow());
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // No response of one server may stop the watching of the others.
            health.Failed(e.Message, IsRefused(e), sockets.LastHeardAt, _clock.GetUtcNow());
        }

        if (health.State == InstanceState.NeedsRestart && before != InstanceState.NeedsRestart)
            sockets.NoSignOfWork();
        if (health.State != before)
            LogState(health.State == InstanceState.Up ? LogLevel.Information : LogLevel.Warning, instance, health.State, health.Reason);
        if (health.GivenUp is not null)
            GiveUp(p => health.GivenUpFor(p.PromptId)!);
        else if (ServerLostSource.IsCancellationRequested)
            ServerLostSource = new CancellationTokenSource();
    }

    private async Task CompareAsync(QueueSnapshot queue, DateTimeOffset askedAt, CancellationToken cancellationToken)
    {
        sockets.Compare(queue, askedAt);
        if (await workerCheck.LookAsync(queue, sockets, cancellationToken) is { } death)
            health.WorkerDied(death);
        await _orphans.SweepAsync(queue, workerIsDead: health.State == InstanceState.NeedsRestart, cancellationToken);
        if (_options.WatchOthers)
            _others.Observe(queue, sockets.StatusFrames);
    }

    private void NoticeRestart()
    {
        var losses = sockets.Losses;
        if (losses > _losses || sockets.Works)
            health.Revived();
        _losses = losses;
    }

    private void GiveUp(Func<TrackedPrompt, GenerationError> error)
    {
        foreach (var prompt in sockets.Prompts)
            prompt.GiveUp(error(prompt));
        ServerLostSource.Cancel();
    }

    private static TaskCompletionSource NewPoke() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static bool IsRefused(Exception exception) => exception is HttpRequestException
    {
        InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound or SocketError.NoData },
    };

    [LoggerMessage("{Instance} is now {State} {Reason}")]
    private partial void LogState(LogLevel level, string instance, InstanceState state, string? reason);
}
