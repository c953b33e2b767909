using LockNGen.Contracts;
using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.History;

/// <summary>
/// Everything this replica knows about one generation, and its subscribers. Appending and joining happen under one lock, so that a subscriber
/// gets each event either from the ring or live: never both, never neither.
/// </summary>
internal sealed class GenerationLog(Guid generationId, GenerationLogs logs)
{
    private readonly Lock _gate = new();
    private readonly EventWindow _window = new(logs.Options.Events);
    private readonly SubscriberSet _subscribers = new();
    private List<(Subscriber Subscriber, long? After)>? _waiting;
    private TaskCompletionSource<NewestPreview>? _previewed;
    private HoleBuffer? _hole;
    private GenerationSnapshot? _seed;
    private ServerMessage? _snapshot;
    private bool _isComplete;
    private bool _isDropped;
    private long _cost;

    /// <summary>The newest state event known here.</summary>
    private long _lastState;

    /// <summary>Where a new attempt began: nothing was delivered between these two.</summary>
    private (long Last, long Next) _overtaken;

    public Guid GenerationId => generationId;

    public string? Owner { get; private set; }

    public bool IsOwnerKnown { get; private set; }

    public bool HasEnded { get; private set; }

    public long LastSequence { get; private set; }

    /// <summary>When the last event arrived here (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public long LastActivity { get; private set; } = logs.Clock.GetTimestamp();

    /// <summary>Size of the kept events and the preview, in bytes.</summary>
    public long Cost => Volatile.Read(ref _cost);

    /// <summary>The trace that its events belong to, once an event has named it.</summary>
    public string? TraceParent { get; private set; }

    /// <summary>The newest preview image, kept for as long as the ring.</summary>
    public NewestPreview? Preview { get; private set; }

    /// <summary>Appends the next event from the broker.</summary>
    /// <param name="message">The event.</param>
    /// <param name="owner">The owner received with it.</param>
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
            if (IsHole(message))
            {
                if (_hole is not null)
                    return Hold(_hole, message, audience);
                logs.NotWholeUntilNow();
                Hold(_hole = new HoleBuffer(), message, audience);
                return AppendOutcome.Hole;
            }

            if (GenerationSequence.Attempt(LastSequence) > 0 && GenerationSequence.Number(message.Sequence) == 1)
                _overtaken = (LastSequence, message.Sequence);
            Deliver(message, audience);
            if (_hole is not null)
                DeliverHeld(_hole, audience);
            return AppendOutcome.Delivered;
        }
    }

    /// <summary>Whether events are held back behind a missing one.</summary>
    public bool HasHole
    {
        get
        {
            lock (_gate)
                return _hole is not null;
        }
    }

    /// <summary>
    /// Ends the search for what was missing before the held events.
    /// </summary>
    /// <param name="found">What the stream had.</param>
    /// <param name="isComplete">
    /// Whether the stream has everything that was published: then nothing is missing before an event that does not name its predecessor.
    /// </param>
    /// <param name="audience">Those who watch everything.</param>
    /// <returns>False if events are lost for good.</returns>
    public bool Repair(IEnumerable<ServerMessage> found, bool isComplete, AudienceOfAll audience)
    {
        lock (_gate)
        {
            if (_hole is not { } hole)
                return true;
            _hole = null;
            var isWhole = true;
            foreach (var message in hole.With(found).Where(m => m.Sequence > LastSequence && !HasEnded))
            {
                if (!IsHole(message) || (isComplete && message.StateSequence == 0))
                {
                    Deliver(message, audience);
                    continue;
                }

                isWhole = false;
                _window.RestartBefore(message.Sequence);
                Keep(message);
                // Placed where the hole is, including this event: nothing after the hole is delivered before the gap is announced.
                AnnounceLoss(audience);
            }

            return isWhole;
        }
    }

    /// <summary>Adds a subscriber, which first gets what it missed.</summary>
    /// <returns>
    /// <see cref="JoinOutcome.AskForSnapshot"/>: the subscriber waits until <see cref="Seed"/> supplies what the database knows, and this caller
    /// must ask for it.
    /// </returns>
    public JoinOutcome Join(Subscriber subscriber, long? after)
    {
        lock (_gate)
        {
            if (_isDropped)
                return JoinOutcome.Dropped;
            if (!HasEnded && subscriber.WantsProgress)
                logs.Wanted.Want(generationId);
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

    /// <summary>Whether more progress is expected, and anyone takes it.</summary>
    public bool WantsProgress(AudienceOfAll audience)
    {
        lock (_gate)
        {
            return !HasEnded
                && (_subscribers.WantProgress || _waiting?.Exists(w => w.Subscriber.WantsProgress) == true || audience.WantsProgressOf(this));
        }
    }

    /// <summary>Supplies what the database knows about a generation whose beginning was not received here.</summary>
    /// <param name="answer">Null if the database does not know it either.</param>
    /// <param name="audience">Those who watch everything.</param>
    public void Seed(SnapshotAnswer? answer, AudienceOfAll audience)
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
                    // The database is ahead of the broker: its answer already includes events that are still on their way. Those who watch all do
                    // not wait for it, and are not offered those events.
                    var isNewsToAll = LastSequence > 0 || logs.MayHaveMissedABeginning;
                    _window.ReplaceBy(snapshot.Sequence);
                    Account();
                    LastSequence = _lastState = snapshot.Sequence;
                    HasEnded = snapshot.Data.Status.IsTerminal();
                    if (isNewsToAll)
                        AnnounceLoss(audience);
                }
            }
            else if (LastSequence == 0)
            {
                _window.GapReason = GapReason.Unknown;
            }

            Complete();
        }
    }

    /// <summary>Keeps a preview if it is newer than the current one.</summary>
    public void Show(NewestPreview preview)
    {
        lock (_gate)
        {
            if (_isDropped || HasEnded || preview.Sequence <= (Preview?.Sequence ?? 0))
                return;
            Preview = preview;
            Account();
            _previewed?.TrySetResult(preview);
            _previewed = null;
        }
    }

    /// <summary>The newest preview, or the first to arrive.</summary>
    public Task<NewestPreview> PreviewAsync()
    {
        lock (_gate)
        {
            if (Preview is { } preview)
                return Task.FromResult(preview);
            _previewed ??= new TaskCompletionSource<NewestPreview>(TaskCreationOptions.RunContinuationsAsynchronously);
            return _previewed.Task;
        }
    }

    /// <summary>Removes a subscriber.</summary>
    public void Leave(Subscriber subscriber)
    {
        lock (_gate)
        {
            _subscribers.Remove(subscriber);
            _waiting?.RemoveAll(w => w.Subscriber == subscriber);
        }
    }

    /// <summary>The reduction of everything known, for a caller that lists all; null if nothing is known.</summary>
    public ServerMessage? SnapshotIfKnown()
    {
        lock (_gate)
            return LastSequence == 0 ? null : Snapshot();
    }

    /// <summary>When the newest event was published, by its publisher's clock; now, if none is known.</summary>
    public DateTimeOffset LastPublished()
    {
        lock (_gate)
            return Reduce().Timestamp;
    }

    /// <summary>Delivers events without keeping them: only to those who watch this generation now.</summary>
    public void PassOn(ServerMessage message)
    {
        lock (_gate)
        {
            _subscribers.Reach(message.Sequence);
            _subscribers.Offer(message);
        }
    }

    /// <summary>Drops events but keeps the state, to save memory.</summary>
    public void Shrink()
    {
        lock (_gate)
        {
            _window.Shrink(LastSequence);
            Preview = null;
            Account();
        }
    }

    /// <summary>Discards the generation, if that is allowed now.</summary>
    public bool TryDrop(bool evenIfWatched)
    {
        lock (_gate)
        {
            if (_waiting is not null || _hole is not null || (_subscribers.Count > 0 && !evenIfWatched))
                return false;
            _isDropped = true;
            logs.Spend(-_cost);
            _cost = 0;
            return true;
        }
    }

    private AppendOutcome Hold(HoleBuffer hole, ServerMessage message, AudienceOfAll audience)
    {
        hole.Add(message);
        if (!hole.IsOverfull)
            return AppendOutcome.Held;
        Repair([], isComplete: false, audience);
        return AppendOutcome.Lost;
    }

    /// <summary>The missing event has arrived by itself: one publisher overtook another.</summary>
    private void DeliverHeld(HoleBuffer hole, AudienceOfAll audience)
    {
        while (hole.TakeIf(first => first.Sequence <= LastSequence || HasEnded || !IsHole(first)) is { } next)
        {
            if (next.Sequence > LastSequence && !HasEnded)
                Deliver(next, audience);
        }

        if (hole.IsEmpty)
            _hole = null;
    }

    /// <summary>
    /// Whether a state event is missing before this event. Missing progress does not count: newer progress supersedes it. If a watcher's attempt is followed by
    /// another, the first event of the latter does not name its predecessor, since no one knows how far that watcher got: it is taken to follow directly only
    /// while nothing at all is missing. Older publishers never name it, and their events are counted. Before the first event known here, something
    /// is missing only if the log was taken to be complete.
    /// </summary>
    private bool IsHole(ServerMessage message)
    {
        if (LastSequence == 0)
            return _isComplete && message.StateSequence > 0;
        if (message.StateSequence > 0)
            return message.StateSequence > _lastState;
        return GenerationSequence.Attempt(message.Sequence) == GenerationSequence.Attempt(LastSequence)
            ? message.Sequence != LastSequence + 1
            : GenerationSequence.Number(message.Sequence) != 1 || !logs.AreWholeSince(LastActivity);
    }

    /// <summary>
    /// A duplicate, an event after the end, progress older than the newest state event, or a state event overtaken by the next attempt's
    /// publisher: that one is reported as lost.
    /// </summary>
    private AppendOutcome TakeOld(ServerMessage message, AudienceOfAll audience)
    {
        if (HasEnded || !message.Kind.IsState() || message.Sequence <= _overtaken.Last || message.Sequence >= _overtaken.Next)
            return AppendOutcome.Duplicate;
        _overtaken = default;
        _window.RestartBefore(LastSequence + 1);
        Account();
        AnnounceLoss(audience);
        return AppendOutcome.Lost;
    }

    private void Deliver(ServerMessage message, AudienceOfAll audience)
    {
        var isMissed = LastSequence == 0 && message.StateSequence > 0 && logs.MayHaveMissedABeginning;
        Keep(message);
        if (isMissed)
            audience.Offer(this, GatewayFrames.Gap(generationId, GapReason.Lost));
        _subscribers.Offer(message);
        audience.Offer(this, message);
        // Its progress follows. Those who watch it by id requested its progress when they joined.
        if (message.Kind.IsState() && !HasEnded && audience.WantsProgressOf(this))
            logs.Wanted.Want(generationId);
    }

    /// <summary>Makes the event the last one known, for subscribers that join from now on.</summary>
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
        _window.Append(message);
        Account();
        _subscribers.Reach(message.Sequence);
    }

    private void Begin(ServerMessage first)
    {
        // Attempt 0 begins with a generation; a prompt of someone else's ComfyUI client begins with attempt 1.
        if (first.Sequence == 1 || (first.Sequence == GenerationSequence.Of(1, 1) && first.StateSequence == 0 && !first.EndsGeneration))
        {
            _window.BeginAfter(0);
            Complete();
        }
        else
        {
            _window.BeginAfter(first.StateSequence > 0 ? first.StateSequence : first.Sequence - 1);
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
        // Another owner's generation looks like one that does not exist.
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
        else if (LastSequence == 0 && _window.GapReason != GapReason.Unknown && (cursor == 0 || SeedSequence > 0))
        {
            // Accepted, and its first event is still on its way here: nothing was missed.
        }
        else if (LastSequence > 0 && _window.Covers(cursor, subscriber.WantsProgress))
        {
            logs.Resumed(generationId, cursor, hit: true);
            foreach (var message in _window.After(cursor))
                subscriber.Offer(message);
        }
        else
        {
            logs.Resumed(generationId, cursor, hit: false);
            // "From the beginning" of a generation unknown to everyone (so far) misses nothing.
            if (LastSequence > 0 || cursor > 0)
                subscriber.Offer(GatewayFrames.Gap(generationId, _window.GapReason));
            subscriber.Offer(Snapshot());
        }

        if (after > LastSequence && (LastSequence > 0 || SeedSequence > 0))
            _subscribers.AddAhead(subscriber, after.Value);
        else if (after is null && SeedSequence > LastSequence)
            _subscribers.AddAhead(subscriber, SeedSequence);
        else
            _subscribers.Add(subscriber);
        subscriber.Joined();
    }

    /// <summary>The last sequence in the database, for a generation so young that all its events are still on their way here; otherwise 0.</summary>
    private long SeedSequence => LastSequence == 0 ? _seed?.Sequence ?? 0 : 0;

    private ServerMessage Snapshot() => _snapshot ??= ServerMessage.Snapshot(Reduce());

    private GenerationSnapshot Reduce() =>
        _window.Compacted().Aggregate(_seed ?? GenerationReducer.Empty(generationId, logs.Clock.GetUtcNow()), logs.Reduce);

    private void AnnounceLoss(AudienceOfAll audience)
    {
        var gap = GatewayFrames.Gap(generationId, GapReason.Lost);
        _subscribers.Offer(gap);
        _subscribers.Offer(Snapshot());
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
    }

    private void Account()
    {
        var cost = _window.Cost + (Preview?.Bytes.Length ?? 0);
        logs.Spend(cost - _cost);
        Volatile.Write(ref _cost, cost);
    }
}
