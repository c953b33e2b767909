using System.Text.Json;
using System.Text.Json.Nodes;

namespace LockNGen.ComfyDoors.V2;

/// <summary>A client's notes about its jobs: texts by name, stored with the job and searchable.</summary>
internal static class JobMetadata
{
    private const string Prefix = "metadata";
    private const int MaxFilters = 3;
    private const int MaxLength = 16_384;

    /// <summary>Whether it is valid for a job.</summary>
    public static bool IsValid(JsonNode? metadata) =>
        metadata is JsonObject map && map.All(p => p.Value?.GetValueKind() == JsonValueKind.String) && map.ToJsonString().Length <= MaxLength;

    /// <summary>The filters in the parameters <c>metadata[name]=text</c>; null if they are invalid.</summary>
    public static JsonObject? FilterOf(IQueryCollection query)
    {
        var filter = new JsonObject();
        foreach (var (key, values) in query.Where(q => q.Key.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            if (key.Length < Prefix.Length + 3 || key[Prefix.Length] != '[' || key[^1] != ']' || values is not [{ } text])
                return null;
            filter[key[(Prefix.Length + 1)..^1]] = text;
        }

        return filter.Count <= MaxFilters ? filter : null;
    }
}
