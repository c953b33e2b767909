using System.Text;
using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Pictures;

namespace LockNGen.ComfyDoors.Http;

/// <summary>What <c>/upload/mask</c> does beyond <c>/upload/image</c>: the picture named by <c>original_ref</c> gets the alpha of the uploaded one.</summary>
internal sealed class MaskUpload(OwnFiles files, GenerationApiClient api)
{
    /// <summary>Uploads the two combined; null if they are not two pictures of the same size.</summary>
    /// <exception cref="ApiException">It was refused.</exception>
    public async Task<Uploaded?> LayAsync(DoorCaller caller, byte[] mask, string originalRef, CancellationToken cancellationToken)
    {
        if (PathOf(originalRef) is not { } path)
            return null;
        var picture = await Pixels.InTurnAsync(
            async () => await files.ReadAsync(caller, path, cancellationToken) is { } original ? AlphaMask.Lay(mask, original) : null, cancellationToken);
        return picture is null ? null : await api.UploadAsync(caller, new MemoryStream(picture), "upload", cancellationToken);
    }

    private static string? PathOf(string originalRef)
    {
        if (RequestJson.Parse(Encoding.UTF8.GetBytes(originalRef)) is not { } original)
            return null;
        var (name, folder) = (Text(original, "filename"), Text(original, "type") is { Length: > 0 } type ? type : "output");
        return OwnFiles.PathOf(name, Text(original, "subfolder"), folder);
    }

    private static string Text(JsonObject original, string name) => original[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
