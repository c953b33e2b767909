namespace LockNGen.ComfyUiSimulator.Tests.Conformance;

/// <summary>The system's clock, whose timers can be kept from firing for a while; those that became due meanwhile fire when it continues.</summary>
internal sealed class PausableClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Action> _overdue = [];
    private bool _isPaused;

    public void Pause()
    {
        lock (_gate)
            _isPaused = true;
    }

    public void Resume()
    {
        Action[] overdue;
        lock (_gate)
        {
            _isPaused = false;
            overdue = [.. _overdue];
            _overdue.Clear();
        }

        foreach (var fire in overdue)
            fire();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(_ => Fire(() => callback(state)), state: null, dueTime, period);

    private void Fire(Action fire)
    {
        lock (_gate)
        {
            if (_isPaused)
            {
                _overdue.Add(fire);
                return;
            }
        }

        fire();
    }
}
