using System.Collections.Concurrent;
using System.Threading.Channels;
using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>
/// Prompts submitted by others, from ComfyUI's own page or by scripts. ComfyUI sends their progress only to their submitters, so their start
/// and outcome are all that a watcher can report. It takes them from the queue and the history, without touching anyone's socket.
/// </summary>
internal sealed partial class OtherPrompts(string instance, ComfyUiClient client, OtherPromptReporter reporter, TimeProvider clock, ILogger logger)
{
    private const int MaxWaiting = 1000;

    /// <summary>ComfyUI accepts ids of any length; longer ones are ignored.</summary>
    private const int MaxPromptId = 200;

    private readonly ConcurrentDictionary<string, DateTimeOffset?> _open = new();
    private readonly RecentIds _reported = new(MaxWaiting);
    private readonly HashSet<string> _before = [];
    private readonly Channel<News> _news = Channel.CreateBounded<News>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });
    private (long StatusFrames, string Queue)? _last;
    private bool _historyIsKnown;

    /// <summary>Compares the queue with its previous state.</summary>
    /// <param name="queue">Its current state.</param>
    /// <param name="statusFrames">How often the server has announced a change. A prompt served from the cache comes and goes between two polls.</param>
    public void Observe(QueueSnapshot queue, long statusFrames)
    {
        var now = clock.GetUtcNow();
        foreach (var item in queue.Pending.Where(IsOthers))
            _open.TryAdd(item.PromptId, null);
        foreach (var item in queue.Running.Where(i => IsOthers(i) && _open.GetValueOrDefault(i.PromptId) is null))
        {
            _open[item.PromptId] = now;
            _news.Writer.TryWrite(new News(item.PromptId, now, HasEnded: false));
        }

        foreach (var id in _open.Keys.Where(id => queue.Find(id) is null).ToList())
        {
            _open.TryRemove(id, out var startedAt);
            _news.Writer.TryWrite(new News(id, startedAt, HasEnded: true));
        }

        var look = (statusFrames, $"{string.Join(',', queue.Running.Select(i => i.PromptId))};{string.Join(',', queue.Pending.Select(i => i.PromptId))}");
        if (_last is not { } last || (last.Queue == look.Item2 && last.StatusFrames != statusFrames))
            _news.Writer.TryWrite(News.Unseen);
        _last = look;
    }

    private static bool IsOthers(QueueItem item) => item.Marker is null && item.PromptId.Length is > 0 and <= MaxPromptId;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var news in _news.Reader.ReadAllAsync(cancellationToken))
                await ReportAsync(news, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The watcher stops.
        }
    }

    private async Task ReportAsync(News news, CancellationToken cancellationToken)
    {
        try
        {
            if (news == News.Unseen)
                await LookUpUnseenAsync(cancellationToken);
            else if (!news.HasEnded)
                await reporter.BeginAsync(news.PromptId, news.StartedAt!.Value, cancellationToken);
            // Not in the history: someone deleted it or cleared the history, or the server restarted. Then there is no outcome to report.
            else if (await client.GetHistoryAsync(news.PromptId, cancellationToken) is { } entry)
                await EndAsync(news, entry, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // A failure of one must not keep the others from being reported.
            LogNotReported(news.PromptId, instance, e.Message);
        }
    }

    private async Task LookUpUnseenAsync(CancellationToken cancellationToken)
    {
        foreach (var (id, entry) in await client.GetNewestHistoryAsync(cancellationToken))
        {
            // What was there before this watcher is not news, and open prompts are looked up once they have ended.
            if (!_historyIsKnown)
                _before.Add(id);
            else if (entry.Marker is null && id.Length is > 0 and <= MaxPromptId && !_before.Contains(id) && !_open.ContainsKey(id))
                await EndAsync(new News(id, StartedAt: null, HasEnded: true), entry, cancellationToken);
        }

        _historyIsKnown = true;
    }

    private async Task EndAsync(News news, PromptHistory entry, CancellationToken cancellationToken)
    {
        if (!_reported.Add(news.PromptId))
            return;
        var startedAt = news.StartedAt ?? clock.GetUtcNow();
        if (news.StartedAt is null)
            await reporter.BeginAsync(news.PromptId, startedAt, cancellationToken);
        await reporter.EndAsync(news.PromptId, startedAt, entry, cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "Prompt {PromptId} of another client on {Instance} could not be reported: {Reason}")]
    private partial void LogNotReported(string promptId, string instance, string reason);

    /// <summary>A prompt that has begun or left the queue; its start is null if it was never seen running.</summary>
    private sealed record News(string PromptId, DateTimeOffset? StartedAt, bool HasEnded)
    {
        /// <summary>Prompts that were never seen at all.</summary>
        public static News Unseen { get; } = new("", StartedAt: null, HasEnded: true);
    }
}
