using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.RealtimeGateway.Events;
using LockNGen.RealtimeGateway.Telemetry;
using Microsoft.Extensions.Options;

namespace LockNGen.RealtimeGateway.History;

/// <summary>The logs of all generations that this replica remembers, under one byte budget.</summary>
internal sealed partial class GenerationLogs(IOptions<RingOptions> options, TimeProvider clock, GatewayMetrics metrics, ILogger<GenerationLogs> logger)
{
    /// <summary>How long an unknown id that no one watches is remembered: long enough not to be looked up twice.</summary>
    private static readonly TimeSpan UnknownFor = TimeSpan.FromSeconds(10);

    /// <summary>Within this time of its submission, the events of a generation not yet seen here are taken to be on their way.</summary>
    private static readonly TimeSpan FirstMoment = TimeSpan.FromSeconds(5);

    /// <summary>For this long after an interruption, the beginning of a generation may have been missed in it: few wait longer for their first attempt.</summary>
    private static readonly TimeSpan AfterBreak = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<Guid, GenerationLog> _logs = new();
    private readonly ConcurrentDictionary<string, bool> _unreadable = new();
    private readonly long _startedAt = clock.GetTimestamp();
    private long _resumedAt;
    private long _bytes;
    private long _wholeSince = long.MaxValue;
    private volatile bool _mayRepeat;

    public RingOptions Options { get; } = options.Value;

    public TimeProvider Clock => clock;

    /// <summary>The partitions whose progress this replica wants.</summary>
    public WantedPartitions Wanted { get; } = new(clock);

    public GatewayMetrics Metrics => metrics;

    public IEnumerable<GenerationLog> All => _logs.Values;

    /// <summary>As far as is known, nothing is missing from what the broker delivers from now on.</summary>
    public void WholeFromNow() => Volatile.Write(ref _wholeSince, clock.GetTimestamp());

    /// <summary>
    /// The broker delivers again after an interruption. Events published during it are in the stream, or will be: while the stream has no leader,
    /// other replicas' queues are ahead of it. Until <see cref="WholeFromNow"/> anything may be missing.
    /// </summary>
    public void ResumeAfterBreak()
    {
        Volatile.Write(ref _wholeSince, long.MaxValue);
        Volatile.Write(ref _resumedAt, clock.GetTimestamp());
    }

    /// <summary>An event was missing just now; others may be, too.</summary>
    internal void NotWholeUntilNow() => Volatile.Write(ref _wholeSince, Math.Max(Volatile.Read(ref _wholeSince), clock.GetTimestamp()));

    /// <summary>
    /// Whether events may arrive a second time, as they do while the stream is read. Meanwhile no ended generation is discarded because of its age:
    /// it would start over.
    /// </summary>
    public bool MayRepeat
    {
        get => _mayRepeat;
        set => _mayRepeat = value;
    }

    public GenerationLog GetOrAdd(Guid generationId) => _logs.GetOrAdd(generationId, static (id, logs) => new GenerationLog(id, logs), this);

    public bool TryGet(Guid generationId, [MaybeNullWhen(false)] out GenerationLog log) => _logs.TryGetValue(generationId, out log);

    /// <summary>A client resumed with a cursor: it gets everything it missed, or only a snapshot.</summary>
    public void Resumed(Guid generationId, long after, bool hit)
    {
        metrics.Resumed(hit);
        LogResumed(generationId, after, hit ? "all missed events" : "a snapshot");
    }

    /// <summary>Discards what is old or exceeds the budget: called twice a second, so a burst exceeds the budget by half a second's worth at most.</summary>
    public void Sweep()
    {
        // Not Values, which takes all locks to copy them.
        foreach (var (_, log) in _logs)
        {
            var age = clock.GetElapsedTime(log.LastActivity);
            if (log.HasEnded ? age >= Options.AfterEnd && !MayRepeat : age >= (log.LastSequence == 0 ? UnknownFor : Options.Idle))
                Drop(log, evenIfWatched: log.HasEnded);
        }

        if (Volatile.Read(ref _bytes) > Options.MaxBytes)
            Shed();
    }

    /// <summary>
    /// Whether a generation of this age is so young, and this replica has been listening without interruption for so long, that none of its events can be
    /// lost.
    /// </summary>
    internal bool HasHeardFor(double? ageSeconds) =>
        ageSeconds < FirstMoment.TotalSeconds && clock.GetElapsedTime(Math.Max(_startedAt, Volatile.Read(ref _resumedAt))).TotalSeconds > ageSeconds;

    /// <summary>Whether the first event received of a generation now may have had predecessors.</summary>
    internal bool MayHaveMissedABeginning => Volatile.Read(ref _resumedAt) is > 0 and var at && clock.GetElapsedTime(at) < AfterBreak;

    /// <summary>Whether nothing is missing from what the broker has delivered since then.</summary>
    internal bool AreWholeSince(long timestamp) => timestamp > Volatile.Read(ref _wholeSince);

    /// <summary>Whether the stream may still lag behind what was published during an interruption: what it lacks proves nothing.</summary>
    internal bool MayStreamBeBehind => Volatile.Read(ref _wholeSince) == long.MaxValue;

    internal void Spend(long bytes)
    {
        metrics.RingBytes(bytes);
        Interlocked.Add(ref _bytes, bytes);
    }

    internal GenerationSnapshot Reduce(GenerationSnapshot state, ServerMessage message)
    {
        try
        {
            return GenerationReducer.Reduce(state, message);
        }
        catch (JsonException e)
        {
            // Once per type: a publisher's mistake is in every event it sends.
            if (_unreadable.TryAdd(message.Type, true))
                LogUnreadable(message.Type, message.GenerationId, message.Sequence, e.Message);
            return state;
        }
    }

    /// <summary>
    /// Shrinks to nine tenths of the budget: ended generations are discarded first, the longest silent first; then live ones lose their events, and only
    /// if that is not enough, their state, if no one watches them.
    /// </summary>
    private void Shed()
    {
        var target = Options.MaxBytes / 10 * 9;
        var oldestFirst = _logs.Values.OrderByDescending(l => l.HasEnded).ThenBy(l => l.LastActivity).ToList();
        foreach (var log in oldestFirst)
        {
            if (Volatile.Read(ref _bytes) <= target)
                return;
            metrics.RingShed();
            if (log.HasEnded)
                Drop(log, evenIfWatched: true);
            else
                log.Shrink();
        }

        foreach (var log in oldestFirst.TakeWhile(_ => Volatile.Read(ref _bytes) > target))
            Drop(log, evenIfWatched: false);
    }

    private bool Drop(GenerationLog log, bool evenIfWatched)
    {
        if (!log.TryDrop(evenIfWatched))
            return false;
        _logs.TryRemove(new KeyValuePair<Guid, GenerationLog>(log.GenerationId, log));
        return true;
    }

    [LoggerMessage(LogLevel.Debug, "{GenerationId} is resumed from {After} with {What}")]
    private partial void LogResumed(Guid generationId, long after, string what);

    [LoggerMessage(LogLevel.Warning, "Event {Type} {Sequence} of {GenerationId} cannot be read and is left out of snapshots: {Reason}. Others of that type are not reported")]
    private partial void LogUnreadable(string type, Guid generationId, long sequence, string reason);
}
