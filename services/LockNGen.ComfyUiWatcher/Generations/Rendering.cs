using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>
/// How far ComfyUI has got with an attempt's prompts: waiting behind others, or at work, and for how long. Says when it begins, and before
/// that, where it waits. Called from the socket's thread, from the instance's polling and from the generation.
/// </summary>
/// <param name="generationId">The generation.</param>
/// <param name="work">Its claim.</param>
/// <param name="instance">Where it is rendered.</param>
/// <param name="outbox">Its events.</param>
/// <param name="begun">Called when ComfyUI begins with it.</param>
/// <param name="leapt">Called when more progress was made than may be lost with this process.</param>
/// <param name="clock">The clock.</param>
internal sealed class Rendering(
    Guid generationId, GenerationWork work, string instance, GenerationOutbox outbox, Action begun, Action leapt, TimeProvider clock)
{
    /// <summary>What was told since the last heartbeat is lost with this process, and the next attempt must not begin below it.</summary>
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

    /// <summary>Seconds at work.</summary>
    public double Seconds
    {
        get
        {
            lock (_gate)
                return Ran().TotalSeconds;
        }
    }

    /// <summary>Completes what heartbeats tell of the attempt.</summary>
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

    /// <summary>ComfyUI is at work on a prompt.</summary>
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
                GenerationId = generationId,
                Sequence = 0,
                Timestamp = now,
                Data = new GenerationStartedData { Instance = instance, Attempt = work.Try ?? work.Attempt, TotalImages = work.Prompts.Count },
            }));
            begun();
        }
    }

    /// <summary>A prompt waits in ComfyUI behind so many others. That nothing is ahead is news only to who has been told otherwise.</summary>
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
                GenerationId = generationId,
                Sequence = 0,
                Timestamp = clock.GetUtcNow(),
                // Of the others nothing is known; they are taken for prompts like ours.
                Data = new GenerationQueuedData
                {
                    Position = behind,
                    EstimatedWaitSeconds = Math.Round(behind * work.EstimatedSeconds / Math.Max(1, work.Prompts.Count), 1),
                    Instance = instance,
                    WaitsBehind = behind,
                },
            }));
        }
    }

    /// <summary>ComfyUI has said something of a prompt that runs, and the generation is that far.</summary>
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
