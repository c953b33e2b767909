using System.Collections.Concurrent;
using System.Diagnostics;

namespace LockNGen.IntegrationTests.Telemetry;

/// <summary>What an exporter would get of one trace, without the activities of other tests, which a listener gets, too.</summary>
internal sealed class RecordedTrace : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ActivityListener _listener;
    private readonly ConcurrentQueue<Activity> _spans = [];
    private readonly SemaphoreSlim _stopped = new(0);

    public RecordedTrace()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("LockNGen.", StringComparison.Ordinal) || source.Name is "Microsoft.AspNetCore" or "System.Net.Http",
            Sample = Sample,
            ActivityStopped = Stopped,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>The id of this trace.</summary>
    public ActivityTraceId Id { get; } = ActivityTraceId.CreateRandom();

    /// <summary>The header with which a client begins this trace.</summary>
    public string TraceParent => $"00-{Id}-{ActivitySpanId.CreateRandom()}-01";

    /// <summary>Waits until a span like this has ended.</summary>
    public async Task<Activity> SpanAsync(string source, string name, string? ofEvent = null)
    {
        while (true)
        {
            var span = _spans.FirstOrDefault(s => s.Source.Name == source && s.OperationName == name && (ofEvent is null || ofEvent.Equals(s.GetTagItem("lockngen.event"))));
            if (span is not null)
                return span;
            if (!await _stopped.WaitAsync(Patience, TestContext.Current.CancellationToken))
                throw new TimeoutException($"No span '{name}' {ofEvent} of {source} in this trace; there are: {string.Join(", ", _spans.Select(s => $"{s.Source.Name}/{s.OperationName}"))}.");
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _stopped.Dispose();
    }

    private ActivitySamplingResult Sample(ref ActivityCreationOptions<ActivityContext> options) =>
        options.Parent.TraceId == Id ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None;

    private void Stopped(Activity activity)
    {
        if (activity.TraceId != Id)
            return;
        _spans.Enqueue(activity);
        _stopped.Release();
    }
}
