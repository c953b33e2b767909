using LockNGen.Contracts;
using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.History;

/// <summary>
/// All that this replica knows of one generation, and who watches it. Appending and joining happen under one lock, so that a subscriber
/// gets each event either from the ring or live: never both, never neither.
/// </summary>
internal sealed class GenerationLog(Guid generationId, GenerationLogs logs)
{
    /// <summary>Events held back behind a hole; more than this and the hole counts as lost.</summary>
    private const int MaxHeld = 1_000;

    private readonly Lock _gate = new();
    private readonly EventRing _ring = new(logs.Options.Events);
    private readonly CompactedEvents _evicted = new();
    private readonly List<Subscriber> _subscribers = [];
    private readonly PendingResumes _ahead = new();
    private List<(Subscriber Subscriber, long? After)>? _waiting;
    private SortedDictionary<long, ServerMessage>? _held;
    private GenerationSnapshot? _seed;
    private ServerMessage? _snapshot;
    private GapReason _gapReason = GapReason.Expired;
    private bool _isComplete;
    private bool _isDropped;
    private long _cost;

    /// <summary>Cursors from here on can be served from the ring.</summary>
    private long _completeAfter;

    /// <summary>From here on no state event is missing in the ring and in what it let go of: cursors of those who take no progress.</summary>
    private long _stateCompleteAfter;

    /// <summary>The newest state event that is known here.</summary>
    private long _lastState;

    /// <summary>Where a new attempt began: nothing has been delivered between these two.</summary>
    private (long Last, long Next) _overtaken;

    public Guid GenerationId => generationId;

    public string? Owner { get; private set; }

    public bool IsOwnerKnown { get; private set; }

    public bool HasEnded { get; private set; }

    public long LastSequence { get; private set; }

    /// <summary>When the last event arrived here (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public long LastActivity { get; private set; } = logs.Clock.GetTimestamp();

    /// <summary>Bytes of the ring, of what is left of older events, and of the preview.</summary>
    public long Cost => Volatile.Read(ref _cost);

    /// <summary>The trace that its events belong to, as soon as one has named it.</summary>
    public string? TraceParent { get; private set; }

    /// <summary>The newest preview image; kept as long as the ring.</summary>
    public NewestPreview? Preview { get; private set; }

    /// <summary>Takes the next event from the broker.</summary>
    /// <param name="message">The event.</param>
    /// <param name="owner">The owner that came with it.</param>
    /// <param name="audience">Those who watch everything.</param>
    public AppendOutcome Append(ServerMessage message, string? owner, AudienceOfAll audience)
    {
        lock (_gate)
        {
            if (_isDropped)
                return AppendOutcome.Dropped;
            LearnOwner(owner);
            if (message.Sequence <= LastSequence || HasEnded)
                return TakeOld(message, audience);
            if (_held is not null)
                return Hold(_held, message, audience);
            if (IsHole(message))
            {
                logs.WholeFromNow();
                _held = [];
                Hold(_held, message, audience);
                return AppendOutcome.Hole;
            }

            if (GenerationSequence.Attempt(LastSequence) > 0 && GenerationSequence.Number(message.Sequence) == 1)
                _overtaken = (LastSequence, message.Sequence);
            Deliver(message, audience);
            return AppendOutcome.Delivered;
        }
    }

    /// <summary>
    /// Ends the search for what was missing before the held events.
    /// </summary>
    /// <param name="found">What the stream had.</param>
    /// <param name="isComplete">
    /// Whether the stream was read to its end: then nothing is missing before an event that does not say what should have come before it.
    /// </param>
    /// <param name="audience">Those who watch everything.</param>
    /// <returns>False when events are lost for good.</returns>
    public bool Repair(IEnumerable<ServerMessage> found, bool isComplete, AudienceOfAll audience)
    {
        lock (_gate)
        {
            if (_held is not { } held)
                return true;
            _held = null;
            foreach (var message in found)
                held.TryAdd(message.Sequence, message);
            var isWhole = true;
            foreach (var message in held.Values.Where(m => m.Sequence > LastSequence && !HasEnded))
            {
                if (!IsHole(message) || (isComplete && message.StateSequence == 0))
                {
                    Deliver(message, audience);
                    continue;
                }

                isWhole = false;
                RestartBefore(message.Sequence);
                Keep(message);
                // Where the hole is, and with this event in it: what came after the hole is not shown before the gap is announced.
                AnnounceLoss(audience);
            }

            return isWhole;
        }
    }

    /// <summary>Adds a subscriber, who first gets what it missed.</summary>
    /// <returns>
    /// <see cref="JoinOutcome.AskForSnapshot"/>: the subscriber waits until <see cref="Seed"/> brings what the database knows, and this call is
    /// the one that should ask for it.
    /// </returns>
    public JoinOutcome Join(Subscriber subscriber, long? after)
    {
        lock (_gate)
        {
            if (_isDropped)
                return JoinOutcome.Dropped;
            if (_isComplete)
            {
                Admit(subscriber, after);
                return JoinOutcome.Joined;
            }

            var isFirst = _waiting is null;
            (_waiting ??= []).Add((subscriber, after));
            return isFirst ? JoinOutcome.AskForSnapshot : JoinOutcome.Waiting;
        }
    }

    /// <summary>Brings what the database knows of a generation whose beginning was not seen here; null when it does not know it either.</summary>
    public void Seed(SnapshotAnswer? answer)
    {
        lock (_gate)
        {
            if (_isComplete || _isDropped)
                return;
            if (answer?.Snapshot is { } snapshot)
            {
                LearnOwner(answer.Owner);
                _seed = snapshot;
                _snapshot = null;
                if (snapshot.Sequence > LastSequence && snapshot.Sequence > 0 && !(LastSequence == 0 && logs.HasHeardFor(answer.AgeSeconds)))
                {
                    // The database is ahead of the broker: what it says already contains the events that are still on their way.
                    ClearRing();
                    LastSequence = _lastState = _completeAfter = _stateCompleteAfter = snapshot.Sequence;
                    HasEnded = snapshot.Data.Status is GenerationStatus.Completed or GenerationStatus.Failed or GenerationStatus.Cancelled;
                }
            }
            else if (LastSequence == 0)
            {
                _gapReason = GapReason.Unknown;
            }

            Complete();
        }
    }

    /// <summary>Keeps a preview if it is newer than the one there is.</summary>
    public void Show(NewestPreview preview)
    {
        lock (_gate)
        {
            if (_isDropped || HasEnded || preview.Sequence <= (Preview?.Sequence ?? 0))
                return;
            Spend(preview.Bytes.Length - (Preview?.Bytes.Length ?? 0));
            Preview = preview;
        }
    }

    /// <summary>Removes a subscriber.</summary>
    public void Leave(Subscriber subscriber)
    {
        lock (_gate)
        {
            var index = _subscribers.IndexOf(subscriber);
            if (index >= 0)
            {
                _subscribers[index] = _subscribers[^1];
                _subscribers.RemoveAt(_subscribers.Count - 1);
            }

            _ahead.RemoveAll(s => s == subscriber);
            _waiting?.RemoveAll(w => w.Subscriber == subscriber);
        }
    }

    /// <summary>The reduction of everything known, for a caller that lists all; null when nothing is known.</summary>
    public ServerMessage? SnapshotIfKnown()
    {
        lock (_gate)
            return LastSequence == 0 ? null : Snapshot();
    }

    /// <summary>When the newest event was published, by its publisher's clock; now, when none is known.</summary>
    public DateTimeOffset LastPublished()
    {
        lock (_gate)
            return Reduce().Timestamp;
    }

    /// <summary>Events without a ring: to those who watch this generation now, and to no one later.</summary>
    public void PassOn(ServerMessage message)
    {
        lock (_gate)
        {
            _ahead.Join(message.Sequence, _subscribers);
            Offer(_subscribers, message);
        }
    }

    /// <summary>Lets go of events but not of the state, to save memory.</summary>
    public void Shrink()
    {
        lock (_gate)
        {
            for (var i = 0; i < _ring.Count; i++)
                Evict(_ring[i]);
            _ring.Clear();
            _completeAfter = LastSequence;
            _gapReason = GapReason.WindowExceeded;
            Spend(-(Preview?.Bytes.Length ?? 0));
            Preview = null;
        }
    }

    /// <summary>Forgets the generation, if it may be forgotten now.</summary>
    public bool TryDrop(bool evenIfWatched)
    {
        lock (_gate)
        {
            if (_waiting is not null || _held is not null || (_subscribers.Count + _ahead.Count > 0 && !evenIfWatched))
                return false;
            _isDropped = true;
            Spend(-_cost);
            return true;
        }
    }

    private static void Offer(List<Subscriber> subscribers, ServerMessage message)
    {
        foreach (var subscriber in subscribers)
            subscriber.Offer(message);
    }

    private AppendOutcome Hold(SortedDictionary<long, ServerMessage> held, ServerMessage message, AudienceOfAll audience)
    {
        held.TryAdd(message.Sequence, message);
        if (held.Count <= MaxHeld)
            return AppendOutcome.Held;
        Repair([], isComplete: false, audience);
        return AppendOutcome.Lost;
    }

    /// <summary>
    /// Whether a state event is missing before this event; missing progress is none, newer supersedes it. What an attempt left unsaid cannot be
    /// told from what was lost, so a new attempt is believed to follow at once only as long as nothing at all is missing. Attempt 0 is the
    /// GenerationApi's and its length is no one's business. Older publishers do not say which state event came before: theirs are counted.
    /// </summary>
    private bool IsHole(ServerMessage message)
    {
        if (LastSequence == 0)
            return false;
        if (message.StateSequence > 0)
            return message.StateSequence > _lastState;
        var last = GenerationSequence.Attempt(LastSequence);
        return GenerationSequence.Attempt(message.Sequence) == last
            ? message.Sequence != LastSequence + 1
            : GenerationSequence.Number(message.Sequence) != 1 || (last > 0 && !logs.AreWholeSince(LastActivity));
    }

    /// <summary>
    /// Seen before, after the end, progress that a newer state event has left behind, or a state event of another publisher than the next
    /// attempt's, which overtook it: that is made known.
    /// </summary>
    private AppendOutcome TakeOld(ServerMessage message, AudienceOfAll audience)
    {
        if (HasEnded || !message.Kind.IsState() || message.Sequence <= _overtaken.Last || message.Sequence >= _overtaken.Next)
            return AppendOutcome.Duplicate;
        _overtaken = default;
        RestartBefore(LastSequence + 1);
        AnnounceLoss(audience);
        return AppendOutcome.Lost;
    }

    private void Deliver(ServerMessage message, AudienceOfAll audience)
    {
        Keep(message);
        Offer(_subscribers, message);
        audience.Offer(this, message);
    }

    /// <summary>Makes the event the last one known, for whoever joins from now on.</summary>
    private void Keep(ServerMessage message)
    {
        if (LastSequence == 0)
            Begin(message);
        LastSequence = message.Sequence;
        _lastState = message.Kind.IsState() ? message.Sequence : Math.Max(_lastState, message.StateSequence);
        LastActivity = logs.Clock.GetTimestamp();
        HasEnded = message.EndsGeneration;
        TraceParent ??= message.Trace?.TraceParent;
        _snapshot = null;
        Spend(message.Cost);
        if (_ring.Append(message) is { } evicted)
        {
            Evict(evicted);
            _completeAfter = evicted.Sequence;
            _gapReason = GapReason.WindowExceeded;
        }

        _ahead.Join(message.Sequence, _subscribers);
    }

    private void Begin(ServerMessage first)
    {
        // Attempt 0 begins with a generation; a prompt of someone else's ComfyUI client begins with attempt 1.
        if (GenerationSequence.Number(first.Sequence) == 1 && GenerationSequence.Attempt(first.Sequence) <= 1)
        {
            _completeAfter = _stateCompleteAfter = 0;
            Complete();
        }
        else
        {
            _completeAfter = _stateCompleteAfter = first.StateSequence > 0 ? first.StateSequence : first.Sequence - 1;
        }
    }

    private void Complete()
    {
        _isComplete = true;
        var waiting = _waiting;
        _waiting = null;
        foreach (var (subscriber, after) in waiting ?? [])
            Admit(subscriber, after);
    }

    private void Admit(Subscriber subscriber, long? after)
    {
        // Someone else's generation looks like one that does not exist.
        if (IsOwnerKnown && !subscriber.Caller.MaySee(Owner))
        {
            if (after is > 0)
                subscriber.Offer(GatewayFrames.Gap(generationId, GapReason.Unknown));
            subscriber.Offer(ServerMessage.Snapshot(GenerationReducer.Empty(generationId, logs.Clock.GetUtcNow())));
            subscriber.Joined();
            return;
        }

        if (after is not { } cursor)
        {
            subscriber.Offer(Snapshot());
        }
        else if (LastSequence == 0 && _gapReason != GapReason.Unknown && (cursor == 0 || SeedSequence > 0))
        {
            // Accepted, and its first event is on its way here: nothing was missed.
        }
        else if (cursor >= (subscriber.WantsProgress ? _completeAfter : _stateCompleteAfter) && LastSequence > 0)
        {
            logs.Resumed(generationId, cursor, hit: true);
            if (cursor < _completeAfter)
            {
                foreach (var message in _evicted.Kept.Where(m => m.Sequence > cursor))
                    subscriber.Offer(message);
            }

            for (var i = _ring.IndexAfter(cursor); i < _ring.Count; i++)
                subscriber.Offer(_ring[i]);
        }
        else
        {
            logs.Resumed(generationId, cursor, hit: false);
            // "From the beginning" of something that no one knows (yet) misses nothing.
            if (LastSequence > 0 || cursor > 0)
                subscriber.Offer(GatewayFrames.Gap(generationId, _gapReason));
            subscriber.Offer(Snapshot());
        }

        if (after > LastSequence && (LastSequence > 0 || SeedSequence > 0))
            _ahead.Add(subscriber, after.Value);
        else if (after is null && SeedSequence > LastSequence)
            _ahead.Add(subscriber, SeedSequence);
        else
            _subscribers.Add(subscriber);
        subscriber.Joined();
    }

    /// <summary>What the database knew of a generation so young that all its events are still on their way here; 0 otherwise.</summary>
    private long SeedSequence => LastSequence == 0 ? _seed?.Sequence ?? 0 : 0;

    private ServerMessage Snapshot() => _snapshot ??= ServerMessage.Snapshot(Reduce());

    private GenerationSnapshot Reduce()
    {
        // Compacting first leaves a handful of events to parse, however full the ring is.
        var events = new CompactedEvents();
        foreach (var message in _evicted.Kept)
            events.Add(message);
        for (var i = 0; i < _ring.Count; i++)
            events.Add(_ring[i]);
        return events.Kept.Aggregate(_seed ?? GenerationReducer.Empty(generationId, logs.Clock.GetUtcNow()), logs.Reduce);
    }

    private void Evict(ServerMessage message)
    {
        if (_evicted.Add(message) is { } superseded)
            Spend(-superseded.Cost);
    }

    private void RestartBefore(long sequence)
    {
        for (var i = 0; i < _ring.Count; i++)
            Evict(_ring[i]);
        _ring.Clear();
        _completeAfter = _stateCompleteAfter = sequence - 1;
        _gapReason = GapReason.Lost;
    }

    private void AnnounceLoss(AudienceOfAll audience)
    {
        var gap = GatewayFrames.Gap(generationId, GapReason.Lost);
        Offer(_subscribers, gap);
        Offer(_subscribers, Snapshot());
        audience.Offer(this, gap);
        audience.Offer(this, Snapshot());
    }

    private void LearnOwner(string? owner)
    {
        if (IsOwnerKnown)
            return;
        Owner = owner;
        IsOwnerKnown = true;
        _subscribers.RemoveAll(s => !s.Caller.MaySee(owner));
        _ahead.RemoveAll(s => !s.Caller.MaySee(owner));
    }

    private void ClearRing()
    {
        _ring.Clear();
        _evicted.Clear();
        Spend((Preview?.Bytes.Length ?? 0) - _cost);
    }

    private void Spend(long bytes)
    {
        _cost += bytes;
        logs.Spend(bytes);
    }
}
