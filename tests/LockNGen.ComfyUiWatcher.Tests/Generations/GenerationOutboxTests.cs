using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Generations;
using LockNGen.ComfyUiWatcher.Options;
using LockNGen.ComfyUiWatcher.Tests.Kit;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;
using LockNGen.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace LockNGen.ComfyUiWatcher.Tests.Generations;

public sealed class GenerationOutboxTests : IAsyncLifetime
{
    /// <summary>How many are sent before the rate limit applies: half a second's worth at 20 a second, and the one that is due.</summary>
    private const int Burst = 11;

    /// <summary>The number of the event that the attempt follows, in the attempt before.</summary>
    private const long BeforeTheAttempt = 7;

    private static readonly TimeSpan Silence = new WatcherOptions().RepeatProgressAfter;
    private static readonly Guid Id = Guid.NewGuid();

    private readonly TimerClock _clock = new();
    private readonly EventLog _events = new();
    private WatcherMetrics _metrics = null!;
    private readonly CancellationTokenSource _stop = new();
    private IHost _host = null!;
    private GenerationOutbox _outbox = null!;
    private Task _publishing = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Bus:Transport"] = "InMemory" });
        builder.AddBus(_events.AddTo);
        _host = builder.Build();
        await _host.StartAsync();
        _metrics = new WatcherMetrics(_host.Services.GetRequiredService<IMeterFactory>());
        var publisher = _host.Services.GetRequiredService<EventPublisher>();
        var work = new GenerationWork
        {
            Attempt = 2,
            StateSequence = GenerationSequence.Of(1, BeforeTheAttempt),
            Workflow = default,
            Prompts = [],
            UploadUrl = "",
            UploadToken = "",
        };
        _outbox = new GenerationOutbox(
            new AttemptContext(Id, work, "comfy-0"), publisher, new PublishPolicy(new WatcherOptions { PublicUrl = "https://p.example/" }),
            new SharedTimer(publisher, _clock), _clock, _metrics, NullLogger.Instance);
        _publishing = _outbox.RunAsync(_stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _publishing;
        await _host.StopAsync();
        _host.Dispose();
        _metrics.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task Progress_AfterASilence_LeavesAtOnce()
    {
        for (var step = 1; step <= Burst; step++)
            await PublishAsync(step);

        _events.Of<GenerationProgressed>(Id).Select(p => p.Data.Step).ShouldBe(Enumerable.Range(1, Burst));
    }

    [Fact]
    public async Task Progress_FasterThanItsPace_IsSupersededByTheNewestAndNumberedWithoutHoles()
    {
        for (var step = 1; step <= Burst; step++)
            await PublishAsync(step);
        for (var step = Burst + 1; step <= 99; step++)
            _outbox.Add(Progress(step));

        await _outbox.DrainAsync(TestContext.Current.CancellationToken);
        await _events.WaitForAsync<GenerationProgressed>(Id, p => p.Data.Step == 99);

        var published = _events.Of<GenerationProgressed>(Id);
        published.Select(p => p.Data.Step).ShouldBe([.. Enumerable.Range(1, Burst), 99]);
        published.Select(p => p.Sequence).ShouldBe(Enumerable.Range(1, Burst + 1).Select(n => 2_000_000_000L + n));
    }

    [Fact]
    public async Task Progress_WaitingForItsTurn_LeavesWhenTheClockSaysSo()
    {
        for (var step = 1; step <= Burst; step++)
            await PublishAsync(step);
        _outbox.Add(Progress(99));
        await _clock.UntilArmedAsync(TimeSpan.FromMilliseconds(50));
        _events.Of<GenerationProgressed>(Id).Count.ShouldBe(Burst);

        _clock.Advance(TimeSpan.FromMilliseconds(50));

        await _events.WaitForAsync<GenerationProgressed>(Id, p => p.Data.Step == 99);
    }

    [Fact]
    public async Task StateEvents_NeverWaitAndNeverSupersedeEachOther()
    {
        _outbox.Add(Progress(1));
        _outbox.Add(Image(1));
        _outbox.Add(Progress(2));
        _outbox.Add(Image(2));
        _outbox.Add(Progress(3));

        await _outbox.DrainAsync(TestContext.Current.CancellationToken);
        await _events.WaitForAsync<GenerationProgressed>(Id, p => p.Data.Step == 3);

        _events.Of<GenerationImageCompleted>(Id).Select(i => i.Data.ImageIndex).ShouldBe([1, 2]);
        _events.Of(Id)[^1].ShouldBeOfType<GenerationProgressed>();
        _events.Of(Id).Select(e => e.Sequence).ShouldBeInOrder();
    }

    [Fact]
    public async Task Preview_ComesAfterItsBytesUnderTheNumberThatNamesThem()
    {
        _outbox.Add(Preview(1000));
        _outbox.Add(Preview((512 << 10) + 1));
        _outbox.Add(Progress(1));
        await _outbox.DrainAsync(TestContext.Current.CancellationToken);
        var progress = await _events.WaitForAsync<GenerationProgressed>(Id);

        var preview = _events.Of<GenerationPreviewed>(Id).ShouldHaveSingleItem();
        preview.Data.PreviewUrl.ShouldBe($"https://p.example/api/generations/{Id}/preview?s={preview.Sequence}");
        progress.Data.PreviewUrl.ShouldBe(preview.Data.PreviewUrl);
        _events.Previews.ShouldHaveSingleItem().Sequence.ShouldBe(preview.Sequence);
    }

    [Fact]
    public async Task EveryEvent_NamesTheStateEventBeforeIt()
    {
        await PublishAsync(1);
        _outbox.Add(Image(1));
        _outbox.Add(Progress(2));
        _outbox.Add(Image(2));
        await _outbox.DrainAsync(TestContext.Current.CancellationToken);
        await _events.WaitForAsync<GenerationImageCompleted>(Id, i => i.Data.ImageIndex == 2);

        _events.Of(Id).Select(e => (Number(e.Sequence), e.StateSequence is { } state ? Number(state) : 0)).ShouldBe([(1, BeforeTheAttempt), (2, BeforeTheAttempt), (3, 2), (4, 2)]);
        _outbox.Number(new GenerationCancelled { GenerationId = Id, Sequence = 0, Timestamp = _clock.GetUtcNow(), Data = new() { Reason = "user" } })
            .StateSequence.ShouldBe(GenerationSequence.Of(2, 4));
    }

    [Fact]
    public async Task NewestProgress_AfterASilence_IsSentAgainUnchanged()
    {
        _outbox.Add(Node());
        _outbox.Add(Progress(1));
        await _events.WaitForAsync<GenerationProgressed>(Id);

        await WaitInSilenceAsync();
        await _events.WaitForManyAsync<GenerationProgressed>(Id, 2);
        await WaitInSilenceAsync();
        await _events.WaitForManyAsync<GenerationProgressed>(Id, 3);

        _events.Of(Id).Select(e => Number(e.Sequence)).ShouldBe([1, 2, 1, 2, 1, 2]);
        _events.Of<GenerationProgressed>(Id).Select(p => Encoding.UTF8.GetString(ContractsJson.Serialize(p))).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task NewestProgress_WithAStateEventBehindIt_GetsANewNumberOnce()
    {
        _outbox.Add(Progress(1));
        await _events.WaitForAsync<GenerationProgressed>(Id);
        _outbox.Add(Image(1));
        await _events.WaitForAsync<GenerationImageCompleted>(Id);

        await WaitInSilenceAsync();
        await _events.WaitForManyAsync<GenerationProgressed>(Id, 2);
        await WaitInSilenceAsync();
        await _events.WaitForManyAsync<GenerationProgressed>(Id, 3);

        _events.Of(Id).Select(e => Number(e.Sequence)).ShouldBe([1, 2, 3, 3]);
        _events.Of<GenerationProgressed>(Id).ShouldAllBe(p => p.Data.Step == 1);
    }

    [Fact]
    public async Task NewestProgress_OnceTheEndHasItsNumber_IsNotSentAgain()
    {
        _outbox.Add(Progress(1));
        await _events.WaitForAsync<GenerationProgressed>(Id);
        await _outbox.DrainAsync(TestContext.Current.CancellationToken);

        _clock.Advance(TimeSpan.FromMinutes(1));
        _outbox.Add(Image(1));
        await _events.WaitForAsync<GenerationImageCompleted>(Id);

        _events.Of<GenerationProgressed>(Id).ShouldHaveSingleItem();
    }

    /// <summary>The timer is armed once an event has been sent; the clock must not advance before that.</summary>
    private async Task WaitInSilenceAsync()
    {
        await _clock.UntilArmedAsync(Silence);
        _clock.Advance(Silence);
    }

    private static long Number(long sequence) => GenerationSequence.Number(sequence);

    private async Task PublishAsync(int step)
    {
        _outbox.Add(Progress(step));
        await _events.WaitForAsync<GenerationProgressed>(Id, p => p.Data.Step == step);
    }

    private TranslatedEvent Progress(int step) => new(new GenerationProgressed
    {
        GenerationId = Id,
        Sequence = 0,
        Timestamp = _clock.GetUtcNow(),
        Data = new GenerationProgressedData { Progress = step, OverallProgress = step, Step = step, TotalSteps = 100, ImageIndex = 1, TotalImages = 1 },
    });

    private TranslatedEvent Node() => new(new GenerationNodeExecuting
    {
        GenerationId = Id,
        Sequence = 0,
        Timestamp = _clock.GetUtcNow(),
        Data = new GenerationNodeExecutingData { CurrentNode = "KSampler", NodeId = "5", ImageIndex = 1, TotalImages = 1 },
    });

    private TranslatedEvent Image(int index) => new(new GenerationImageCompleted
    {
        GenerationId = Id,
        Sequence = 0,
        Timestamp = _clock.GetUtcNow(),
        Data = new GenerationImageCompletedData
        {
            Image = new GenerationImage { Index = index, Url = "/", ContentType = "image/png" },
            ImageIndex = index,
            TotalImages = 2,
        },
    });

    private TranslatedEvent Preview(int size) => new(
        new GenerationPreviewed
        {
            GenerationId = Id,
            Sequence = 0,
            Timestamp = _clock.GetUtcNow(),
            Data = new GenerationPreviewedData { PreviewUrl = "", ImageIndex = 1 },
        },
        new PreviewFrame("5", "5", "image/jpeg", new byte[size]));

    /// <summary>A fake clock that reports which timers are armed.</summary>
    private sealed class TimerClock : FakeTimeProvider
    {
        private readonly ConcurrentDictionary<ITimer, DateTimeOffset> _armed = new();

        public async Task UntilArmedAsync(TimeSpan dueTime)
        {
            while (_armed.Values.All(due => due != GetUtcNow() + dueTime))
                await Task.Yield();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Armed(base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period), this, _armed);
            timer.Change(dueTime, period);
            return timer;
        }

        private sealed class Armed(ITimer timer, TimeProvider clock, ConcurrentDictionary<ITimer, DateTimeOffset> armed) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                var changed = timer.Change(dueTime, period);
                armed[this] = clock.GetUtcNow() + dueTime;
                return changed;
            }

            public void Dispose()
            {
                armed.TryRemove(this, out _);
                timer.Dispose();
            }

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
