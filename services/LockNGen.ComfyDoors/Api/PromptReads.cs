using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Access;
using LockNGen.Contracts;

namespace LockNGen.ComfyDoors.Api;

/// <summary>The questions about prompts.</summary>
internal static class PromptReads
{
    private const string Path = "/api/doors/prompts";

    /// <summary>Those that have not ended, in the order of submission.</summary>
    public static Task<PromptList> ActiveAsync(this GenerationApiClient api, DoorCaller caller, bool full, CancellationToken cancellationToken) =>
        api.GetAsync(caller, $"{Path}?state=active&limit=1000&full={(full ? "true" : "false")}", ApiJson.Default.PromptList, cancellationToken);

    /// <summary>Those that ended a short while ago.</summary>
    public static Task<PromptList> EndedWithinAsync(this GenerationApiClient api, DoorCaller caller, TimeSpan time, CancellationToken cancellationToken) =>
        api.GetAsync(caller, $"{Path}?state=ended&limit=1000&endedWithin={(int)time.TotalSeconds}", ApiJson.Default.PromptList, cancellationToken);

    /// <summary>Those that have ended, the last to end first.</summary>
    public static Task<PromptList> EndedAsync(this GenerationApiClient api, DoorCaller caller, bool full, int limit, int offset, CancellationToken cancellationToken) =>
        api.GetAsync(caller, $"{Path}?state=ended&limit={limit}&offset={offset}&full={(full ? "true" : "false")}", ApiJson.Default.PromptList, cancellationToken);

    /// <summary>One; null when there is none of this id, or it is somebody else's.</summary>
    public static async Task<Prompt?> FindAsync(this GenerationApiClient api, DoorCaller caller, Guid id, bool full, CancellationToken cancellationToken)
    {
        var list = await api.GetAsync(caller, $"{Path}?id={id}&full={(full ? "true" : "false")}", ApiJson.Default.PromptList, cancellationToken);
        return list.Items is [var found, ..] ? found : null;
    }

    /// <summary>Those of these ids that there are.</summary>
    public static async Task<IReadOnlyList<Prompt>> FindAsync(this GenerationApiClient api, DoorCaller caller, IEnumerable<Guid> ids, bool full, CancellationToken cancellationToken)
    {
        var found = new List<Prompt>();
        // As many as an address has room for.
        foreach (var some in ids.Chunk(100))
            found.AddRange((await api.GetAsync(caller, $"{Path}?ids={string.Join(',', some)}&limit=100&full={(full ? "true" : "false")}", ApiJson.Default.PromptList, cancellationToken)).Items);
        return found;
    }

    /// <summary>One with addresses of its files that are good without a token.</summary>
    public static async Task<Prompt?> FindLinkedAsync(this GenerationApiClient api, DoorCaller caller, Guid id, CancellationToken cancellationToken)
    {
        var list = await api.GetAsync(caller, $"{Path}?id={id}&links=true", ApiJson.Default.PromptList, cancellationToken);
        return list.Items is [var found, ..] ? found : null;
    }

    /// <summary>Those of these statuses; all of them when none is given.</summary>
    public static Task<PromptList> ListAsync(
        this GenerationApiClient api, DoorCaller caller, IReadOnlyList<GenerationStatus> statuses, int limit, int offset, CancellationToken cancellationToken)
    {
        var filter = statuses.Count == 0 ? "" : "&status=" + string.Join(',', statuses.Select(s => s.WireName()));
        return api.GetAsync(caller, $"{Path}?limit={limit}&offset={offset}{filter}", ApiJson.Default.PromptList, cancellationToken);
    }

    /// <summary>A page, the newest first: of those submitted before the one of a number, if one is given, and with this metadata.</summary>
    public static Task<PromptList> PageAsync(
        this GenerationApiClient api, DoorCaller caller, int limit, long? before, JsonObject metadata, CancellationToken cancellationToken)
    {
        var from = before is null ? "" : $"&before={before}";
        var filter = metadata.Count == 0 ? "" : "&metadata=" + Uri.EscapeDataString(metadata.ToJsonString());
        return api.GetAsync(caller, $"{Path}?limit={limit}{from}{filter}", ApiJson.Default.PromptList, cancellationToken);
    }

    /// <summary>Asks for the end of one.</summary>
    public static Task CancelAsync(this GenerationApiClient api, DoorCaller caller, Guid id, CancellationToken cancellationToken) =>
        api.PostAsync(caller, $"/api/generations/{id}/cancel", null, cancellationToken);
}
