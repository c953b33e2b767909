using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Access;
using LockNGen.Contracts;

namespace LockNGen.ComfyDoors.Api;

/// <summary>Queries about prompts.</summary>
internal static class PromptReads
{
    private const string Path = "/api/doors/prompts";

    /// <summary>Prompts that have not ended, in the order of submission.</summary>
    public static Task<PromptList> ActiveAsync(this GenerationApiClient api, DoorCaller caller, bool full, CancellationToken cancellationToken) =>
        api.GetAsync(caller, $"{Path}?state=active&limit=1000&full={(full ? "true" : "false")}", ApiJson.Default.PromptList, cancellationToken);

    /// <summary>Prompts that ended a short while ago.</summary>
    public static Task<PromptList> EndedWithinAsync(this GenerationApiClient api, DoorCaller caller, TimeSpan time, CancellationToken cancellationToken) =>
        api.GetAsync(caller, $"{Path}?state=ended&limit=1000&endedWithin={(int)time.TotalSeconds}", ApiJson.Default.PromptList, cancellationToken);

    /// <summary>Prompts that have ended, the latest first.</summary>
    public static Task<PromptList> EndedAsync(this GenerationApiClient api, DoorCaller caller, bool full, int limit, int offset, CancellationToken cancellationToken) =>
        api.GetAsync(caller, $"{Path}?state=ended&limit={limit}&offset={offset}&full={(full ? "true" : "false")}", ApiJson.Default.PromptList, cancellationToken);

    /// <summary>A prompt; null if there is none with this id, or it belongs to someone else.</summary>
    public static async Task<Prompt?> FindAsync(this GenerationApiClient api, DoorCaller caller, Guid id, bool full, CancellationToken cancellationToken)
    {
        var list = await api.GetAsync(caller, $"{Path}?id={id}&full={(full ? "true" : "false")}", ApiJson.Default.PromptList, cancellationToken);
        return list.Items is [var found, ..] ? found : null;
    }

    /// <summary>The prompts that exist among these ids.</summary>
    public static async Task<IReadOnlyList<Prompt>> FindAsync(this GenerationApiClient api, DoorCaller caller, IEnumerable<Guid> ids, bool full, CancellationToken cancellationToken)
    {
        var found = new List<Prompt>();
        // As many as fit into a URL.
        foreach (var some in ids.Chunk(100))
            found.AddRange((await api.GetAsync(caller, $"{Path}?ids={string.Join(',', some)}&limit=100&full={(full ? "true" : "false")}", ApiJson.Default.PromptList, cancellationToken)).Items);
        return found;
    }

    /// <summary>A prompt with addresses of its files that are valid without a token.</summary>
    public static async Task<Prompt?> FindLinkedAsync(this GenerationApiClient api, DoorCaller caller, Guid id, CancellationToken cancellationToken)
    {
        var list = await api.GetAsync(caller, $"{Path}?id={id}&links=true", ApiJson.Default.PromptList, cancellationToken);
        return list.Items is [var found, ..] ? found : null;
    }

    /// <summary>Prompts with these statuses; all if none is given.</summary>
    public static Task<PromptList> ListAsync(
        this GenerationApiClient api, DoorCaller caller, IReadOnlyList<GenerationStatus> statuses, bool full, int limit, int offset, CancellationToken cancellationToken)
    {
        var filter = statuses.Count == 0 ? "" : "&status=" + string.Join(',', statuses.Select(s => s.WireName()));
        return api.GetAsync(caller, $"{Path}?limit={limit}&offset={offset}&full={(full ? "true" : "false")}{filter}", ApiJson.Default.PromptList, cancellationToken);
    }

    /// <summary>A page, newest first: prompts submitted before the one with this number, if given, and with this metadata.</summary>
    public static Task<PromptList> PageAsync(
        this GenerationApiClient api, DoorCaller caller, int limit, long? before, JsonObject metadata, CancellationToken cancellationToken)
    {
        var from = before is null ? "" : $"&before={before}";
        var filter = metadata.Count == 0 ? "" : "&metadata=" + Uri.EscapeDataString(metadata.ToJsonString());
        return api.GetAsync(caller, $"{Path}?limit={limit}{from}{filter}", ApiJson.Default.PromptList, cancellationToken);
    }

    /// <summary>Requests the end of a prompt.</summary>
    public static Task CancelAsync(this GenerationApiClient api, DoorCaller caller, Guid id, CancellationToken cancellationToken) =>
        api.PostAsync(caller, $"/api/generations/{id}/cancel", null, cancellationToken);
}
