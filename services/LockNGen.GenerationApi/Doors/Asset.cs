namespace LockNGen.GenerationApi.Doors;

/// <summary>A record over an upload.</summary>
public sealed record Asset
{
    public required Guid Id { get; init; }
    public required string Hash { get; init; }
    public required string Upload { get; init; }
    public long Size { get; init; }
    public required string ContentType { get; init; }
    public string? FilePath { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Its address; not stored.</summary>
    public SignedLink? Link { get; init; }

    /// <summary>Whether its bytes were new; only set when it is created.</summary>
    public bool? CreatedNew { get; init; }
}

/// <summary>An asset to create: over an upload, or over the bytes of an earlier one.</summary>
public sealed record NewAsset
{
    /// <summary>BLAKE3 of the bytes, in hexadecimal.</summary>
    public required string Hash { get; init; }

    /// <summary>The upload; absent: that of an earlier asset of this hash.</summary>
    public string? Upload { get; init; }
    public long Size { get; init; }
    public string? ContentType { get; init; }
    public string? FilePath { get; init; }

    /// <summary>Seconds until it expires.</summary>
    public int? ExpiresIn { get; init; }
    public string? IdempotencyKey { get; init; }
}
