using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using LockNGen.FaultTests.Readers;
using LockNGen.FaultTests.Rig;

namespace LockNGen.FaultTests.Load;

/// <summary>
/// Submits generations as a client does that means it: each with an Idempotency-Key, again and to another replica until it is answered.
/// </summary>
internal sealed class GenerationLoad(SystemUnderTest system, Published published, Uri webhook, int seed, Journal journal) : IDisposable
{
    /// <summary>On a slow machine the load waits for the system, so that faults are tested, not a long queue.</summary>
    private const int MaxOpen = 40;
    private static readonly TimeSpan MeanInterval = TimeSpan.FromMilliseconds(450);
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(90);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly ConcurrentDictionary<Guid, Accepted> _accepted = new();
    private readonly ConcurrentQueue<Accepted> _recent = new();
    private int _unanswered;

    /// <summary>Everything that was accepted.</summary>
    public IReadOnlyDictionary<Guid, Accepted> Accepted => _accepted;

    /// <summary>Submissions that no replica answered in time, which may or may not have been accepted.</summary>
    public int Unanswered => _unanswered;

    /// <summary>How many of the accepted have not ended.</summary>
    public int Open => _accepted.Keys.Count(id => !published.HasEnded(id));

    /// <summary>The newest accepted, oldest first.</summary>
    public IReadOnlyList<Accepted> Recent => [.. _recent];

    /// <summary>Submits until stopped, then waits for outstanding answers.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var random = new Random(seed);
        var submissions = new List<Task>();
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(MeanInterval * (0.2 + (1.6 * random.NextDouble())), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (Open >= MaxOpen || submissions.Count >= MaxOpen)
            {
                submissions.RemoveAll(s => s.IsCompletedSuccessfully);
                continue;
            }

            submissions.Add(SubmitAsync(new Random(random.Next())));
        }

        await Task.WhenAll(submissions);
    }

    /// <summary>Submits one generation of a single step that overtakes what waits; null when the system does not take it now.</summary>
    public Task<Accepted?> ProbeAsync(CancellationToken cancellationToken) => PostAsync(
        new { template = "txt2img", parameters = new { prompt = "a probe", steps = 1, width = 64, height = 64, seed = Random.Shared.Next() }, priority = "high" },
        GenerationKind.Single, count: 1, hasWebhook: false, Guid.NewGuid(), system.Apis[0], cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task SubmitAsync(Random random)
    {
        var kind = random.NextDouble() switch { < 0.55 => GenerationKind.Single, < 0.75 => GenerationKind.Batch, < 0.85 => GenerationKind.Failing, _ => GenerationKind.Cancelled };
        var count = kind == GenerationKind.Batch ? random.Next(2, 5) : 1;
        var hasWebhook = random.NextDouble() < 0.3;
        var body = Plan(kind, steps: random.Next(2, 25), count, random.Next(), hasWebhook);
        var key = Guid.NewGuid();
        using var limit = new CancellationTokenSource(GiveUpAfter);
        var replica = random.Next(system.Apis.Count);
        while (!limit.IsCancellationRequested)
        {
            if (await PostAsync(body, kind, count, hasWebhook, key, system.Apis[replica], limit.Token) is { } accepted)
            {
                if (kind == GenerationKind.Cancelled)
                    await CancelAsync(accepted.Id, TimeSpan.FromSeconds(2.5 * random.NextDouble()));
                return;
            }

            replica = (replica + 1) % system.Apis.Count;
            await Task.Delay(TimeSpan.FromMilliseconds(200 + random.Next(800)), limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Interlocked.Increment(ref _unanswered);
        journal.Note($"No replica answered submission {key} within {GiveUpAfter.TotalSeconds} s");
    }

    private async Task<Accepted?> PostAsync(
        object body, GenerationKind kind, int count, bool hasWebhook, Guid key, Link api, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(api.Http, "api/generations")) { Content = JsonContent.Create(body) };
            request.Headers.Add("Idempotency-Key", key.ToString());
            using var answer = await _http.SendAsync(request, cancellationToken);
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            if (answer.StatusCode != HttpStatusCode.Accepted)
            {
                journal.Note($"{api.Server} answered {(int)answer.StatusCode} to a submission: {text.ReplaceLineEndings(" ")}");
                return null;
            }

            using var json = JsonDocument.Parse(text);
            return Keep(new Accepted(json.RootElement.GetProperty("id").GetGuid(), kind, count, hasWebhook, DateTimeOffset.UtcNow), api);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException or OperationCanceledException)
        {
            return null;
        }
    }

    private Accepted Keep(Accepted accepted, Link api)
    {
        _accepted[accepted.Id] = accepted;
        _recent.Enqueue(accepted);
        if (_recent.Count > 30)
            _recent.TryDequeue(out _);
        journal.Note($"{accepted.Id} accepted by {api.Server}: {accepted.Kind}, {accepted.Count} picture(s){(accepted.HasWebhook ? ", with a webhook" : "")}");
        return accepted;
    }

    private async Task CancelAsync(Guid id, TimeSpan after)
    {
        await Task.Delay(after);
        using var limit = new CancellationTokenSource(GiveUpAfter);
        for (var replica = 0; !limit.IsCancellationRequested; replica = (replica + 1) % system.Apis.Count)
        {
            try
            {
                using var answer = await _http.PostAsync(new Uri(system.Apis[replica].Http, $"api/generations/{id}/cancel"), content: null, limit.Token);
                if (answer.IsSuccessStatusCode)
                {
                    journal.Note($"{id} cancelled: {await answer.Content.ReadAsStringAsync(limit.Token)}".ReplaceLineEndings(" "));
                    return;
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or SocketException or OperationCanceledException)
            {
                journal.Note($"{id} not cancelled by {system.Apis[replica].Server}: {e.Message}");
            }

            await Task.Delay(500);
        }
    }

    private object Plan(GenerationKind kind, int steps, int count, int seed, bool hasWebhook) => kind == GenerationKind.Failing
        ? new { workflow = FailingWorkflow(seed), webhookUrl = hasWebhook ? webhook : null }
        : new
        {
            template = "txt2img",
            parameters = new { prompt = "a lighthouse", steps, width = 64, height = 64, seed },
            count,
            webhookUrl = hasWebhook ? webhook : null,
        };

    private static Dictionary<string, object> FailingWorkflow(int seed) => new()
    {
        ["1"] = new { class_type = "LabColor", inputs = new { seed, px = 64, batch = 1 } },
        ["2"] = new { class_type = "LabFail", inputs = new { image = new object[] { "1", 0 }, message = "boom", after_steps = 3 } },
        ["3"] = new { class_type = "SaveImage", inputs = new { images = new object[] { "2", 0 }, filename_prefix = "fault" } },
    };
}
