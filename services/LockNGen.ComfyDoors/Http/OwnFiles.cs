using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Pictures;
using LockNGen.ComfyDoors.Shapes;

namespace LockNGen.ComfyDoors.Http;

/// <summary>The caller's own files: results by the names that a door gave them, and uploads by the names they were sent with.</summary>
internal sealed class OwnFiles(GenerationApiClient api)
{
    /// <summary>Its path at the GenerationApi; null for an invalid name.</summary>
    public static string? PathOf(string name, string subfolder, string folder)
    {
        // An annotated name contains its own location.
        if (name.EndsWith(']') && name.LastIndexOf(" [", StringComparison.Ordinal) is > 0 and var at)
            (name, folder) = (name[..at], name[(at + 2)..^1]);
        if (name.Length == 0 || name.StartsWith('/') || name.Contains("..", StringComparison.Ordinal) || folder is not ("output" or "temp" or "input"))
            return null;
        name = name[(name.LastIndexOf('/') + 1)..];
        return FileNames.Parse(name) is { } result
            ? $"/api/generations/{result.Id}/images/{result.Index}"
            : $"/api/doors/files?folder={folder}&subfolder={Uri.EscapeDataString(subfolder)}&name={Uri.EscapeDataString(name)}";
    }

    /// <summary>The bytes of a picture; null if there is none, or if it is too large to process.</summary>
    public async Task<byte[]?> ReadAsync(DoorCaller caller, string path, CancellationToken cancellationToken)
    {
        using var response = await api.OpenAsync(caller, () => new HttpRequestMessage(HttpMethod.Get, path), cancellationToken);
        if (!response.IsSuccessStatusCode || response.Content.Headers.ContentType?.MediaType?.StartsWith("image/", StringComparison.Ordinal) != true)
            return null;
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        return await ReadAsync(body, cancellationToken);
    }

    /// <summary>All of a stream; null if it is too long.</summary>
    public static async Task<byte[]?> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        using var file = new MemoryStream();
        var buffer = new byte[64 << 10];
        for (int read; (read = await body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (file.Length + read > Pixels.MaxBytes)
                return null;
            file.Write(buffer, 0, read);
        }

        return file.ToArray();
    }
}
