using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Http;

namespace LockNGen.ComfyDoors.V2;

/// <summary>Assets in a workflow, in place of file names: <c>{"__type":"core/ASSET","info":{"id":"..."}}</c>.</summary>
internal sealed class AssetReferences(GenerationApiClient api, InputNames results)
{
    /// <summary>Replaces them with the names of uploads.</summary>
    /// <returns>The first reference that cannot be resolved, if any.</returns>
    public async Task<string?> ResolveAsync(DoorCaller caller, JsonObject workflow, CancellationToken cancellationToken)
    {
        foreach (var inputs in workflow.Select(n => (n.Value as JsonObject)?["inputs"]).OfType<JsonObject>())
        {
            foreach (var (name, value) in inputs.ToList())
            {
                if (value is not JsonObject reference || reference["__type"]?.ToString() != "core/ASSET")
                    continue;
                var id = (reference["info"] as JsonObject)?["id"]?.ToString();
                if (id is null || await UploadOfAsync(caller, id, cancellationToken) is not { } upload)
                    return id ?? "(none)";
                inputs[name] = upload;
            }
        }

        return null;
    }

    private async Task<string?> UploadOfAsync(DoorCaller caller, string id, CancellationToken cancellationToken)
    {
        if (AssetId.Parse(id) is { } result)
            return await results.CopyAsync(caller, result.Job, result.Index, cancellationToken);
        if (!Guid.TryParse(id, out var known))
            return null;
        try
        {
            return (await api.GetAsync(caller, $"/api/doors/assets/{known}", ApiJson.Default.Asset, cancellationToken)).Upload;
        }
        catch (ApiException e) when (e.Status == StatusCodes.Status404NotFound)
        {
            return null;
        }
    }
}
