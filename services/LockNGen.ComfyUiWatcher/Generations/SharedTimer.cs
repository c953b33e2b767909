using LockNGen.Messaging;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>
/// Wakes the outboxes of all generations whose events are being paced. The first one is woken when it is due, and those due within a short time after
/// it together with it: on one thread, and what they publish is sent in one write, which costs a fraction of waking and sending separately.
/// </summary>
internal sealed class SharedTimer : IDisposable
{
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(10);

    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly PriorityQueue<Action<DateTimeOffset>, DateTimeOffset> _sleeping = new();
    private readonly List<(Action<DateTimeOffset> Wake, DateTimeOffset Due)> _woken = [];
    private DateTimeOffset _armedFor = DateTimeOffset.MaxValue;
    private DateTimeOffset _nextAt;

    public SharedTimer(EventPublisher publisher, TimeProvider clock)
    {
        _clock = clock;
        _timer = clock.CreateTimer(_ => publisher.Together(WakeDue), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Calls this at the given time, with that time.</summary>
    public void WakeAt(DateTimeOffset due, Action<DateTimeOffset> wake)
    {
        lock (_gate)
        {
            _sleeping.Enqueue(wake, due);
            Arm();
        }
    }

    public void Dispose() => _timer.Dispose();

    private void WakeDue()
    {
        lock (_gate)
        {
            var now = _clock.GetUtcNow();
            while (_sleeping.TryPeek(out var wake, out var due) && due <= now)
            {
                _sleeping.Dequeue();
                _woken.Add((wake, due));
            }

            _nextAt = now + Gather;
            // Not set again until all are awake.
            _armedFor = DateTimeOffset.MinValue;
        }

        foreach (var (wake, due) in _woken)
            wake(due);
        _woken.Clear();
        lock (_gate)
        {
            _armedFor = DateTimeOffset.MaxValue;
            Arm();
        }
    }

    private void Arm()
    {
        if (!_sleeping.TryPeek(out _, out var due))
            return;
        due = due > _nextAt ? due : _nextAt;
        if (due >= _armedFor)
            return;
        _armedFor = due;
        var wait = due - _clock.GetUtcNow();
        _timer.Change(wait > TimeSpan.Zero ? TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)) : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
