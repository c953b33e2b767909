using System.Buffers.Binary;

namespace LockNGen.Media.Metadata;

/// <summary>
/// Files with JSON in them: glTF, alone or in GLB, where workflows are in <c>extras</c> (ComfyUI's SaveGLB uses those of the asset), and
/// safetensors, whose <c>__metadata__</c> ComfyUI's SaveLatent fills.
/// </summary>
internal static class JsonMetadata
{
    /// <summary>Longer than any real description, which would exhaust memory: such files are reported as not cleaned.</summary>
    private const int LongestJson = 32 << 20;
    private const int GlbHeaderLength = 12;
    private const int ChunkHeaderLength = 8;
    private const uint JsonChunk = 0x4E4F534A;

    /// <summary>Cleans the file; returns whether all of it was understood.</summary>
    public static async Task<bool> FilterGlbAsync(FilteredCopy copy, CancellationToken cancellationToken)
    {
        const int HeadLength = GlbHeaderLength + ChunkHeaderLength;
        if (await copy.PeekAsync(HeadLength, cancellationToken) is not { Length: HeadLength } peeked)
            return false;
        var head = peeked.ToArray();
        var (total, length) = (BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(8)), BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(GlbHeaderLength)));
        if (BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(GlbHeaderLength + 4)) != JsonChunk || length > LongestJson)
            return false;
        await copy.SkipAsync(HeadLength, cancellationToken);
        var json = await copy.TakeAsync((int)length, cancellationToken);
        if (JsonCut.Without(json, "extras") is not { } cleaned)
        {
            await copy.WriteAsync(head, cancellationToken);
            await copy.WriteAsync(json, cancellationToken);
            return false;
        }

        // Chunks end at multiples of four; JSON is padded with spaces.
        byte[] padded = [.. cleaned, .. "   "u8[..((4 - (cleaned.Length % 4)) % 4)]];
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(8), (uint)(total - length + padded.Length));
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(GlbHeaderLength), (uint)padded.Length);
        await copy.WriteAsync(head, cancellationToken);
        await copy.WriteAsync(padded, cancellationToken);
        await copy.CopyRestAsync(cancellationToken);
        return true;
    }

    /// <summary>Cleans the file; returns whether all of it was understood.</summary>
    public static async Task<bool> FilterGltfAsync(FilteredCopy copy, CancellationToken cancellationToken)
    {
        var json = await copy.TakeAsync(LongestJson, cancellationToken);
        var cleaned = await copy.IsAtEndAsync(cancellationToken) ? JsonCut.Without(json, "extras") : null;
        await copy.WriteAsync(cleaned ?? json, cancellationToken);
        return cleaned is not null;
    }

    /// <summary>Cleans the file; returns whether all of it was understood.</summary>
    public static async Task<bool> FilterSafetensorsAsync(FilteredCopy copy, CancellationToken cancellationToken)
    {
        const int LengthLength = 8;
        if (await copy.PeekAsync(LengthLength, cancellationToken) is not { Length: LengthLength } head)
            return false;
        var length = BinaryPrimitives.ReadUInt64LittleEndian(head.Span);
        if (length > LongestJson)
            return false;

        await copy.CopyAsync(LengthLength, cancellationToken);
        var json = await copy.TakeAsync((int)length, cancellationToken);
        var cleaned = JsonCut.Without(json, "__metadata__");
        // Padded with spaces to its old length, so that the tensors stay where they are aligned.
        await copy.WriteAsync(cleaned ?? json, cancellationToken);
        if (cleaned?.Length < json.Length)
            await copy.WriteAsync(Spaces(json.Length - cleaned.Length), cancellationToken);
        await copy.CopyRestAsync(cancellationToken);
        return cleaned is not null;
    }

    private static byte[] Spaces(int count)
    {
        var spaces = new byte[count];
        spaces.AsSpan().Fill((byte)' ');
        return spaces;
    }
}
