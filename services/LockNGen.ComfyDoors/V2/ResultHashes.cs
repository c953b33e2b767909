using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using LockNGen.Contracts;
using Microsoft.Extensions.Caching.Memory;

namespace LockNGen.ComfyDoors.V2;

/// <summary>BLAKE3 of results: the contract names no other hash, and the farm stores SHA-256. Computed when an asset is requested, as the contract allows.</summary>
internal sealed class ResultHashes(GenerationApiClient api) : IDisposable
{
    private const int MaxKnown = 10_000;
    private const long MaxBytes = 100 << 20;

    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = MaxKnown });

    /// <summary>In hexadecimal; null if the file is too large to read for this, or is gone.</summary>
    public async Task<string?> OfAsync(DoorCaller caller, Guid job, GenerationImage file, CancellationToken cancellationToken)
    {
        if (file is not { Hash: { } content, Bytes: <= MaxBytes })
            return null;
        if (_known.Get<string>(content) is { } known)
            return known;
        using var response = await api.OpenAsync(
            caller, () => new HttpRequestMessage(HttpMethod.Get, $"/api/generations/{job}/images/{file.Index}"), cancellationToken);
        if (!response.IsSuccessStatusCode)
            return null;
        await using var hashing = new HashingStream(await response.Content.ReadAsStreamAsync(cancellationToken));
        await hashing.CopyToAsync(Stream.Null, cancellationToken);
        return _known.Set(content, hashing.Hash(), new MemoryCacheEntryOptions { Size = 1 });
    }

    public void Dispose() => _known.Dispose();
}
