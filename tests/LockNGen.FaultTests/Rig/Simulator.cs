using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace LockNGen.FaultTests.Rig;

/// <summary>A simulated ComfyUI, and what it has rendered, which is kept when it crashes.</summary>
internal sealed class Simulator(Service service) : IDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly HttpClient _admin = new() { BaseAddress = new Uri($"http://127.0.0.1:{service.Port}/simulator/"), Timeout = TimeSpan.FromSeconds(10) };
    private readonly ConcurrentDictionary<(string PromptId, DateTimeOffset StartedAt), Render> _renders = new();

    public Service Service => service;

    /// <summary>Every execution that it has reported.</summary>
    public IReadOnlyCollection<Render> Renders => [.. _renders.Values];

    /// <summary>Breaks or repairs it: see the simulator's README.</summary>
    public async Task AdminAsync(string action, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartTimeout);
        while (true)
        {
            try
            {
                using var answer = await _admin.PostAsync(action, content: null, limit.Token);
                answer.EnsureSuccessStatusCode();
                return;
            }
            catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError)
            {
                // It was started a moment ago.
                await Task.Delay(200, limit.Token);
            }
        }
    }

    /// <summary>Reads what it has rendered so far; a process that is down or frozen reports it later, or never.</summary>
    public async Task CollectRendersAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var render in await _admin.GetFromJsonAsync<RenderResponse[]>("renders", Json, cancellationToken) ?? [])
            {
                if (render.ExtraData.TryGetProperty("lockngen", out var marker))
                {
                    _renders[(render.PromptId, render.StartedAt)] = new Render(
                        service.Name, marker.GetProperty("generationId").GetGuid(), marker.GetProperty("imageIndex").GetInt32(), marker.GetProperty("attempt").GetInt32(),
                        render.StartedAt, render.EndedAt, render.Outcome, render.ExecutedNodes.Length > 0);
                }
            }
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // Asked again in a moment.
        }
    }

    public void Dispose() => _admin.Dispose();

    private sealed record RenderResponse(string PromptId, JsonElement ExtraData, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string Outcome, string[] ExecutedNodes);
}

/// <summary>One execution of one prompt.</summary>
/// <param name="Instance">Where.</param>
/// <param name="Generation">Whose.</param>
/// <param name="ImageIndex">Which prompt of the generation, from 1.</param>
/// <param name="Attempt">In which attempt it was submitted.</param>
/// <param name="StartedAt">When it left ComfyUI's queue.</param>
/// <param name="EndedAt">When it ended; null if it was lost, or runs.</param>
/// <param name="Outcome">running, success, error, interrupted or lost.</param>
/// <param name="DidWork">Whether any node really ran.</param>
internal sealed record Render(
    string Instance, Guid Generation, int ImageIndex, int Attempt, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string Outcome, bool DidWork);
