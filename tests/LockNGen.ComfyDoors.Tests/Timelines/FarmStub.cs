using System.Net;
using System.Text;
using System.Web;
using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Timelines;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyDoors.Tests.Timelines;

/// <summary>What the GenerationApi knows of some prompts, and a door in front of it.</summary>
internal sealed class FarmStub : HttpMessageHandler, IHttpClientFactory
{
    private readonly Dictionary<Guid, string> _prompts = [];
    private int _requests;

    public FarmStub()
    {
        var options = Options.Create(new DoorOptions());
        Api = new GenerationApiClient(this, options, TimeProvider.System);
        OwnerStates = new OwnerStates(Api, options, TimeProvider.System, NullLogger<OwnerStates>.Instance);
    }

    public GenerationApiClient Api { get; }
    public OwnerStates OwnerStates { get; }
    public DoorCaller Caller { get; } = new() { Owner = "" };

    /// <summary>The requests so far.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Until this is done nothing is answered.</summary>
    public Task Answering { get; set; } = Task.CompletedTask;

    /// <summary>What becomes of a prompt of the client <c>client</c>.</summary>
    public void Know(Guid id, string status, bool hasRun = true)
    {
        var times = "\"createdAt\": \"2026-02-03T15:07:00Z\"";
        if (hasRun)
            times += ", \"startedAt\": \"2026-02-03T15:07:00Z\"";
        if (status is "completed" or "failed" or "cancelled")
            times += ", \"endedAt\": \"2026-02-03T15:07:00Z\"";
        var generation = $$"""{ "id": "{{id}}", "status": "{{status}}", {{times}} }""";
        _prompts[id] = $$"""{ "number": {{_prompts.Count + 1}}, "door": "comfyui", "clientId": "client", "generation": {{generation}} }""";
    }

    public HttpClient CreateClient(string name) => new(this, disposeHandler: false) { BaseAddress = new Uri("http://farm/") };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _requests);
        await Answering.WaitAsync(cancellationToken);
        var query = HttpUtility.ParseQueryString(request.RequestUri!.Query);
        var ids = query["ids"]?.Split(',').Select(Guid.Parse).ToHashSet();
        var found = _prompts.Where(p => ids?.Contains(p.Key) ?? query["id"] is not { } id || Guid.Parse(id) == p.Key)
            .Where(p => query["state"] is not { } state || state == "active" != p.Value.Contains("endedAt", StringComparison.Ordinal))
            // Nothing that ended before the client connected.
            .Where(_ => query["endedWithin"] is null)
            .Select(p => p.Value).ToList();
        var json = $$"""{"items": [{{string.Join(',', found)}}], "total": {{found.Count}}}""";
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
    }
}
