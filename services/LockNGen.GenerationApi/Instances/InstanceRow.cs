using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Generations;

namespace LockNGen.GenerationApi.Instances;

/// <summary>A ComfyUI instance as its watcher last reported it.</summary>
internal sealed record InstanceRow
{
    public required string Name { get; init; }
    public string? Watcher { get; init; }
    public DateTimeOffset LeaseUntil { get; init; }
    public InstanceState State { get; init; }
    public string? Reason { get; init; }
    public string? ReasonCode { get; init; }
    public required string Labels { get; init; }
    public int Capacity { get; init; }
    public string? Version { get; init; }
    public int QueueRemaining { get; init; }
    public int? OthersRemaining { get; init; }
    public string? CatalogHash { get; init; }
    public string? LastModel { get; init; }

    /// <summary>Dispatched and running generations, where a query counts them.</summary>
    public int Running { get; init; }

    public Dictionary<string, string> LabelMap() => JsonSerializer.Deserialize(Labels, StoredJson.Default.DictionaryStringString)!;

    public static string StateName(InstanceState state) => JsonNamingPolicy.CamelCase.ConvertName(state.ToString());
}
