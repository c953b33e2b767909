using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>
/// How far ComfyUI has got with an attempt's prompts: waiting behind others, or rendering, and for how long. Reports when it begins and, before
/// that, its place in the queue. Called from the socket's thread, from the instance's polling and from the generation.
/// </summary>
/// <param name="attempt">The attempt.</param>
/// <param name="outbox">Its events.</param>
/// <param name="begun">Called when ComfyUI starts it.</param>
/// <param name="leapt">Called when more progress was made than may be lost with this process.</param>
/// <param name="clock">The clock.</param>
internal sealed class Rendering(AttemptContext attempt, GenerationOutbox outbox, Action begun, Action leapt, TimeProvider clock)
{
    /// <summary>Progress published since the last heartbeat is lost with this process, and the next attempt must not begin below it.</summary>
    private const int Leap = 5;

    private static readonly TimeSpan LeapSpacing = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private DateTimeOffset? _begunAt;
    private long? _runsSince;
    private TimeSpan _ran;
    private TimeSpan _heardAt;
    private int? _waitsBehind;
    private int _beaten;
    private TimeSpan _leaptAt;

    /// <summary>Whether ComfyUI has started any of its prompts.</summary>
    public bool HasBegun
    {
        get
        {
            lock (_gate)
                return _begunAt is not null;
        }
    }

    /// <summary>Seconds since ComfyUI started the first of its prompts; 0 before.</summary>
    public double SecondsSinceBegin
    {
        get
        {
            lock (_gate)
                return _begunAt is { } at ? (clock.GetUtcNow() - at).TotalSeconds : 0;
        }
    }

    /// <summary>Seconds spent rendering.</summary>
    public double Seconds
    {
        get
        {
            lock (_gate)
                return Ran().TotalSeconds;
        }
    }

    /// <summary>Fills in what heartbeats report about the attempt.</summary>
    public HeldGeneration Describe(HeldGeneration held)
    {
        lock (_gate)
        {
            var ran = Ran();
            _beaten = held.OverallProgress;
            return held with
            {
                Begun = _begunAt is not null,
                WaitsBehind = _waitsBehind,
                RenderSeconds = ran.TotalSeconds,
                QuietSeconds = (ran - _heardAt).TotalSeconds,
            };
        }
    }

    /// <summary>ComfyUI is rendering a prompt.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _runsSince ??= clock.GetTimestamp();
            _waitsBehind = null;
            if (_begunAt is not null)
                return;
            var now = clock.GetUtcNow();
            _begunAt = now;
            outbox.Add(new TranslatedEvent(new GenerationStarted
            {
                GenerationId = attempt.GenerationId,
                Sequence = 0,
                Timestamp = now,
                Data = new GenerationStartedData { Instance = attempt.Instance, Attempt = attempt.Work.Try ?? attempt.Number, TotalImages = attempt.Work.Prompts.Count },
            }));
            begun();
        }
    }

    /// <summary>A prompt waits in ComfyUI behind this many others. That none is ahead is reported only if others were reported before.</summary>
    public void Wait(int behind)
    {
        lock (_gate)
        {
            var isNews = behind != (_waitsBehind ?? 0);
            _waitsBehind = behind;
            if (!isNews || _begunAt is not null)
                return;
            outbox.Add(new TranslatedEvent(new GenerationQueued
            {
                GenerationId = attempt.GenerationId,
                Sequence = 0,
                Timestamp = clock.GetUtcNow(),
                // Nothing is known about the others; they are assumed to be like ours.
                Data = new GenerationQueuedData
                {
                    Position = behind,
                    EstimatedWaitSeconds = Math.Round(behind * attempt.Work.EstimatedSeconds / Math.Max(1, attempt.Work.Prompts.Count), 1),
                    Instance = attempt.Instance,
                    WaitsBehind = behind,
                },
            }));
        }
    }

    /// <summary>ComfyUI has reported on a running prompt, and this is the generation's progress.</summary>
    public void Heard(int overallProgress)
    {
        lock (_gate)
        {
            _heardAt = Ran();
            if (overallProgress < _beaten + Leap || _heardAt < _leaptAt + LeapSpacing)
                return;
            _leaptAt = _heardAt;
        }

        leapt();
    }

    /// <summary>The prompt has ended.</summary>
    public void Pause()
    {
        lock (_gate)
        {
            _ran = Ran();
            _runsSince = null;
            _waitsBehind = null;
        }
    }

    private TimeSpan Ran() => _runsSince is { } since ? _ran + clock.GetElapsedTime(since) : _ran;
}
