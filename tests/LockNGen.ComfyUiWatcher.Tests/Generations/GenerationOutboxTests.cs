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
    /// <summary>So many leave before the pace counts: half a second's worth at 20 a second, and the one that is due.</summary>
    private const int Burst = 11;

    private static readonly Guid Id = Guid.NewGuid();

    private readonly TimerClock _clock = new();
    private readonly EventLog _events = new();
    private readonly WatcherMetrics _metrics = new();
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
        _outbox = new GenerationOutbox(
            Id, attempt: 2, "comfy-0", default, _host.Services.GetRequiredService<EventPublisher>(), new PublishPolicy(new WatcherOptions { PublicUrl = "https://p.example/" }), _clock, _metrics,
            NullLogger.Instance);
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
        var armed = _clock.NextTimer();
        _outbox.Add(Progress(99));
        // The timer is armed by the publishing loop; the clock must not move before that.
        await armed.WaitAsync(TestContext.Current.CancellationToken);
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

    /// <summary>A fake clock that tells when a timer has been armed.</summary>
    private sealed class TimerClock : FakeTimeProvider
    {
        private TaskCompletionSource _armed = new();

        public Task NextTimer() => (_armed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _armed.TrySetResult();
            return timer;
        }
    }
}
