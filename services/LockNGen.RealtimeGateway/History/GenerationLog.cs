using LockNGen.Contracts;
using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.History;

/// <summary>
/// The events of one generation on their way to its subscribers. Appending and joining happen under one lock, so that a subscriber
/// gets each event either from the record or live: never both, never neither.
/// </summary>
internal sealed class GenerationLog(Guid generationId, GenerationLogs logs)
{
    private readonly Lock _gate = new();
    private readonly GenerationRecord _record = new(generationId, logs);
    private readonly SubscriberSet _subscribers = new();
    private readonly LatestPreview _preview = new();
    private HoleBuffer? _hole;
    private bool _isOwnerKnown;
    private bool _isDropped;
    private long _cost;

    public Guid GenerationId => generationId;

    public string? Owner { get; private set; }

    public bool HasEnded => _record.Order.HasEnded;

    public long LastSequence => _record.Order.Last;

    /// <summary>When the last event arrived here (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public long LastActivity => _record.Order.LastActivity;

    /// <summary>Size of the kept events and the preview, in bytes.</summary>
    public long Cost => Volatile.Read(ref _cost);

    /// <summary>The trace that its events belong to, once an event has named it.</summary>
    public string? TraceParent => _record.TraceParent;

    /// <summary>The newest preview image, kept for as long as the ring.</summary>
    public NewestPreview? Preview => _preview.Image;

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
            if (_record.Order.IsPast(message))
                return TakeOld(message, audience);
            if (_record.IsHoleBefore(message))
            {
                if (_hole is not null)
                    return Hold(_hole, message, audience);
                logs.NotWholeUntilNow();
                Hold(_hole = new HoleBuffer(), message, audience);
                return AppendOutcome.Hole;
            }

            _record.Order.NoteOvertaking(message);
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
            foreach (var message in hole.With(found).Where(m => !_record.Order.IsPast(m)))
            {
                if (!_record.IsHoleBefore(message) || (isComplete && message.StateSequence == 0))
                {
                    Deliver(message, audience);
                    continue;
                }

                isWhole = false;
                _record.RestartBefore(message.Sequence);
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
            if (!_record.IsComplete)
                return _subscribers.AddWaiting(subscriber, after) ? JoinOutcome.AskForSnapshot : JoinOutcome.Waiting;
            Admit(subscriber, after);
            return JoinOutcome.Joined;
        }
    }

    /// <summary>Whether more progress is expected, and anyone takes it.</summary>
    public bool WantsProgress(AudienceOfAll audience)
    {
        lock (_gate)
            return !HasEnded && (_subscribers.WantProgress || audience.WantsProgressOf(this));
    }

    /// <summary>Supplies what the database knows about a generation whose beginning was not received here.</summary>
    /// <param name="answer">Null if the database does not know it either.</param>
    /// <param name="audience">Those who watch everything.</param>
    public void Seed(SnapshotAnswer? answer, AudienceOfAll audience)
    {
        lock (_gate)
        {
            if (_record.IsComplete || _isDropped)
                return;
            if (answer?.Snapshot is { } snapshot)
            {
                LearnOwner(answer.Owner);
                // Those who watch all do not wait for the database, and will not be offered the events that it is ahead by.
                var isNewsToAll = LastSequence > 0 || logs.MayHaveMissedABeginning;
                if (_record.Seed(snapshot, answer.AgeSeconds))
                {
                    Account();
                    if (isNewsToAll)
                        AnnounceLoss(audience);
                }
            }
            else
            {
                _record.SeedNothing();
            }

            Complete();
        }
    }

    /// <summary>Keeps a preview if it is newer than the current one.</summary>
    public void Show(NewestPreview preview)
    {
        lock (_gate)
        {
            if (_isDropped || HasEnded)
                return;
            _preview.Show(preview);
            Account();
        }
    }

    /// <summary>The newest preview, or the first to arrive.</summary>
    public Task<NewestPreview> PreviewAsync()
    {
        lock (_gate)
            return _preview.GetAsync();
    }

    /// <summary>Removes a subscriber.</summary>
    public void Leave(Subscriber subscriber)
    {
        lock (_gate)
            _subscribers.Remove(subscriber);
    }

    /// <summary>The reduction of everything known, for a caller that lists all; null if nothing is known.</summary>
    public ServerMessage? SnapshotIfKnown()
    {
        lock (_gate)
            return LastSequence == 0 ? null : _record.Snapshot();
    }

    /// <summary>When the newest event was published, by its publisher's clock; now, if none is known.</summary>
    public DateTimeOffset LastPublished()
    {
        lock (_gate)
            return _record.Reduce().Timestamp;
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
            _record.Shrink();
            _preview.Clear();
            Account();
        }
    }

    /// <summary>Discards the generation, if that is allowed now.</summary>
    public bool TryDrop(bool evenIfWatched)
    {
        lock (_gate)
        {
            if (_subscribers.IsAwaited || _hole is not null || !(_subscribers.IsEmpty || evenIfWatched))
                return false;
            _isDropped = true;
            logs.Spend(-_cost);
            _cost = 0;
            return true;
        }
    }

    // Everything below is called under the lock.

    private AppendOutcome Hold(HoleBuffer hole, ServerMessage message, AudienceOfAll audience)
    {
        hole.Add(message);
        if (!hole.IsOverfull)
            return AppendOutcome.Held;
        Repair([], isComplete: false, audience);
        return AppendOutcome.Lost;
    }

    /// <summary>The missing event has arrived late: one publisher overtook another.</summary>
    private void DeliverHeld(HoleBuffer hole, AudienceOfAll audience)
    {
        while (hole.TakeIf(first => _record.Order.IsPast(first) || !_record.IsHoleBefore(first)) is { } next)
        {
            if (!_record.Order.IsPast(next))
                Deliver(next, audience);
        }

        if (hole.IsEmpty)
            _hole = null;
    }

    private AppendOutcome TakeOld(ServerMessage message, AudienceOfAll audience)
    {
        if (!_record.Order.WasOvertaken(message))
            return AppendOutcome.Duplicate;
        _record.Order.ForgetOvertaking();
        _record.RestartBefore(LastSequence + 1);
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
        if (LastSequence == 0 && _record.BeginWith(message))
            Complete();
        _record.Keep(message);
        Account();
        _subscribers.Reach(message.Sequence);
    }

    private void Complete()
    {
        _record.IsComplete = true;
        foreach (var (subscriber, after) in _subscribers.TakeWaiting())
            Admit(subscriber, after);
    }

    private void Admit(Subscriber subscriber, long? after)
    {
        // Another owner's generation looks like one that does not exist.
        if (_isOwnerKnown && !subscriber.Caller.MaySee(Owner))
        {
            if (after is > 0)
                subscriber.Offer(GatewayFrames.Gap(generationId, GapReason.Unknown));
            subscriber.Offer(ServerMessage.Snapshot(GenerationReducer.Empty(generationId, logs.Clock.GetUtcNow())));
            subscriber.Joined();
            return;
        }

        foreach (var message in _record.MissedSince(after, subscriber.WantsProgress))
            subscriber.Offer(message);
        if (_record.AheadWith(after) is { } seen)
            _subscribers.AddAhead(subscriber, seen);
        else
            _subscribers.Add(subscriber);
        subscriber.Joined();
    }

    private void AnnounceLoss(AudienceOfAll audience)
    {
        var gap = GatewayFrames.Gap(generationId, GapReason.Lost);
        _subscribers.Offer(gap);
        _subscribers.Offer(_record.Snapshot());
        audience.Offer(this, gap);
        audience.Offer(this, _record.Snapshot());
    }

    private void LearnOwner(string? owner)
    {
        if (_isOwnerKnown)
            return;
        Owner = owner;
        _isOwnerKnown = true;
        // Not the parameter: its closure would be allocated for every event.
        _subscribers.RemoveAll(s => !s.Caller.MaySee(Owner));
    }

    private void Account()
    {
        var cost = _record.Cost + _preview.Cost;
        logs.Spend(cost - _cost);
        Volatile.Write(ref _cost, cost);
    }
}
