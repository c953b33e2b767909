using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Shapes;

namespace LockNGen.ComfyDoors.Http;

/// <summary>
/// Inputs that name a result of an earlier prompt (<c>name [output]</c>): its bytes become an input of this one, wherever it was rendered. Names of
/// uploads are handled by the GenerationApi itself.
/// </summary>
internal sealed class InputNames(GenerationApiClient api)
{
    private static readonly string[] Folders = [" [output]", " [temp]", " [input]"];

    /// <summary>Replaces the results that a workflow names with uploads.</summary>
    /// <exception cref="ApiException">The GenerationApi refused it.</exception>
    public async Task BringAsync(DoorCaller caller, JsonObject workflow, CancellationToken cancellationToken)
    {
        var known = new Dictionary<(Guid, int), string?>();
        foreach (var inputs in workflow.Select(n => (n.Value as JsonObject)?["inputs"]).OfType<JsonObject>())
        {
            foreach (var (name, value) in inputs.ToList())
            {
                if (value is not JsonValue text || !text.TryGetValue<string>(out var file) || FileNames.Parse(Plain(file)) is not { } result)
                    continue;
                if (!known.TryGetValue(result, out var upload))
                    known[result] = upload = await CopyAsync(caller, result.Id, result.Index, cancellationToken);
                if (upload is not null)
                    inputs[name] = upload;
            }
        }
    }

    /// <summary>Uploads a result; null if the caller has no such result.</summary>
    public async Task<string?> CopyAsync(DoorCaller caller, Guid id, int index, CancellationToken cancellationToken)
    {
        using var response = await api.OpenAsync(caller, () => new HttpRequestMessage(HttpMethod.Get, $"/api/generations/{id}/images/{index}"), cancellationToken);
        if (!response.IsSuccessStatusCode)
            return null;
        await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        return (await api.UploadAsync(caller, content, "result", cancellationToken)).Name;
    }

    private static string Plain(string name) => Folders.FirstOrDefault(f => name.EndsWith(f, StringComparison.Ordinal)) is { } folder ? name[..^folder.Length] : name;
}
