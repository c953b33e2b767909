using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading.Channels;
using LockNGen.Contracts;
using LockNGen.Messaging;
using MassTransit;

namespace LockNGen.GenerationApi.Tests.Support;

/// <summary>A watcher without ComfyUI: it sends heartbeats, and does with its work what a test says.</summary>
internal sealed class FakeWatcher(string name, params InstanceReport[] instances) : IAsyncDisposable
{
    private const int MaxTries = 5;

    private readonly Channel<SubmitGeneration> _offers = Channel.CreateUnbounded<SubmitGeneration>();
    private readonly Channel<CancelGeneration> _cancellations = Channel.CreateUnbounded<CancelGeneration>();
    private readonly ConcurrentDictionary<Guid, HeldGeneration> _held = [];
    private readonly CancellationTokenSource _life = new();
    private CommandClient? _commands;
    private Task _heartbeats = Task.CompletedTask;

    public string Name => name;

    public ChannelReader<HeartbeatAnswer> Answers => _answers.Reader;

    private readonly Channel<HeartbeatAnswer> _answers = Channel.CreateBounded<HeartbeatAnswer>(
        new BoundedChannelOptions(100) { FullMode = BoundedChannelFullMode.DropOldest });

    public static InstanceReport Instance(string name, int capacity = 1, InstanceState state = InstanceState.Up, string? catalogHash = null, double? catalogAge = null) =>
        new() { Name = name, Capacity = capacity, State = state, CatalogHash = catalogHash, CatalogAgeSeconds = catalogAge };

    public void Bind(IReceiveEndpointConfigurator endpoint)
    {
        endpoint.Handler<SubmitGeneration>(context => _offers.Writer.WriteAsync(context.Message).AsTask());
        endpoint.Handler<CancelGeneration>(context => _cancellations.Writer.WriteAsync(context.Message).AsTask());
    }

    /// <summary>Begins to live; the API knows its instances when this returns.</summary>
    public void Connect(CommandClient commands) => _commands = commands;

    public async Task<HeartbeatAnswer> StartAsync()
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                var first = await BeatAsync();
                _heartbeats = BeatUntilAsync(_life.Token);
                return first;
            }
            catch (RequestTimeoutException) when (tries < MaxTries)
            {
                // As a real watcher: the API may still be starting.
            }
        }
    }

    /// <summary>One heartbeat.</summary>
    public Task<HeartbeatAnswer> BeatAsync(bool leaving = false, CancellationToken cancellationToken = default) => _commands!.RequestAsync<WatcherHeartbeat, HeartbeatAnswer>(
        BusQueues.Heartbeats,
        new WatcherHeartbeat { Watcher = name, Instances = instances, Held = [.. _held.Values], Leaving = leaving },
        cancellationToken);

    /// <summary>Falls silent, as if killed.</summary>
    public async Task DieAsync()
    {
        await _life.CancelAsync();
        await _heartbeats;
    }

    public async Task<SubmitGeneration> OfferAsync() => await _offers.Reader.ReadAsync().AsTask().WaitAsync(ApiHost.Patience);

    public bool HasOffer => _offers.Reader.TryPeek(out _);

    public async Task<CancelGeneration> CancellationAsync() => await _cancellations.Reader.ReadAsync().AsTask().WaitAsync(ApiHost.Patience);

    public Task<ClaimDecision> ClaimAsync(SubmitGeneration offer, Guid? claimId = null) => _commands!.RequestAsync<ClaimGeneration, ClaimDecision>(
        BusQueues.GenerationApi,
        new ClaimGeneration { GenerationId = offer.GenerationId, ClaimId = claimId ?? Guid.NewGuid(), Watcher = name, Instance = offer.Instance },
        CancellationToken.None);

    /// <summary>Waits for the next offer, claims it and holds it.</summary>
    public async Task<(Guid Id, GenerationWork Work)> TakeAsync()
    {
        while (true)
        {
            var offer = await OfferAsync();
            // An offer may come twice; the second is refused.
            if (await ClaimAsync(offer) is { Granted: true, Work: { } work })
            {
                Hold(offer.GenerationId, work.Attempt, offer.Instance);
                return (offer.GenerationId, work);
            }
        }
    }

    public void Hold(Guid id, int attempt, string instance, int overallProgress = 0) =>
        _held[id] = new HeldGeneration { GenerationId = id, Attempt = attempt, Instance = instance, OverallProgress = overallProgress };

    public void Hold(HeldGeneration held) => _held[held.GenerationId] = held;

    public void Forget(Guid id) => _held.TryRemove(id, out _);

    public static async Task<HttpResponseMessage> UploadAsync(
        GenerationWork work, int imageIndex, int file, byte[] bytes, int files = 1, string? token = null, ulong? seed = null, string query = "")
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{work.UploadUrl}/{imageIndex}/{file}?files={files}&seed={seed ?? (ulong)(6 + imageIndex)}{query}")
        {
            Content = new ByteArrayContent(bytes),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token ?? work.UploadToken);
        return await client.SendAsync(request);
    }

    /// <summary>Renders everything and reports the outcome.</summary>
    public async Task<OutcomeVerdict> CompleteAsync(Guid id, GenerationWork work)
    {
        var images = work.StoredImages.Select(i => i.Image).ToList();
        foreach (var prompt in work.Prompts.Where(p => work.StoredImages.All(i => i.ImageIndex != p.ImageIndex)))
        {
            using var response = await UploadAsync(work, prompt.ImageIndex, 1, Pictures.Png(64, 48));
            response.EnsureSuccessStatusCode();
            images.Add((await response.Content.ReadFromJsonAsync<GenerationImage>())!);
        }

        var decision = await ReportAsync(id, work.Attempt, new GenerationCompleted
        {
            GenerationId = id,
            Sequence = GenerationSequence.Of(work.Attempt, 2),
            Timestamp = DateTimeOffset.UtcNow,
            Data = new GenerationCompletedData { Images = images, DurationSeconds = 1 },
        });
        if (decision.Verdict == OutcomeVerdict.Publish)
            Forget(id);
        return decision.Verdict;
    }

    /// <summary>Reports an outcome, without publishing it.</summary>
    public Task<OutcomeDecision> ReportAsync(Guid id, int attempt, GenerationEvent? outcome, GenerationError? lost = null, bool refused = false) =>
        ReportJsonAsync(id, attempt, outcome is null ? null : JsonElement.Parse(ContractsJson.Serialize(outcome)), lost, refused);

    /// <summary>Reports an outcome of which only the JSON is known.</summary>
    public Task<OutcomeDecision> ReportJsonAsync(Guid id, int attempt, JsonElement? outcome, GenerationError? lost = null, bool refused = false) =>
        _commands!.RequestAsync<ReportOutcome, OutcomeDecision>(
            BusQueues.GenerationApi,
            new ReportOutcome
            {
                GenerationId = id,
                Attempt = attempt,
                Watcher = name,
                Event = outcome,
                Lost = lost,
                Refused = refused,
            },
            CancellationToken.None);

    /// <summary>Reports to the API what an instance can do.</summary>
    public async Task SendCatalogAsync(string instance, string objectInfo)
    {
        var json = System.Text.Encoding.UTF8.GetBytes(objectInfo);
        using var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(json);
        await _commands!.SendAsync(
            BusQueues.GenerationApi,
            new InstanceCatalog { Instance = instance, Hash = Hash(objectInfo), Version = "0.3.64", ObjectInfo = compressed.ToArray() },
            CancellationToken.None);
    }

    public static string Hash(string objectInfo) => Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(objectInfo)));

    public async ValueTask DisposeAsync()
    {
        await DieAsync();
        _life.Dispose();
    }

    private async Task BeatUntilAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                try
                {
                    await _answers.Writer.WriteAsync(await BeatAsync(leaving: false, cancellationToken), cancellationToken);
                }
                catch (RequestTimeoutException)
                {
                    // As a real watcher: the next one may be answered.
                }
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }
}
