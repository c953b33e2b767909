using System.Buffers.Binary;
using System.Text.Json;

namespace LockNGen.Media.Metadata;

/// <summary>
/// Files with JSON in them: glTF, alone or in GLB, where workflows stand in <c>extras</c> (ComfyUI's SaveGLB uses those of the asset), and
/// safetensors, whose <c>__metadata__</c> ComfyUI's SaveLatent fills.
/// </summary>
internal static class JsonMetadata
{
    /// <summary>Larger descriptions than any real one would take the memory: such files are told to have kept what they have.</summary>
    private const int LongestJson = 32 << 20;
    private const int GlbHeaderLength = 12;
    private const int ChunkHeaderLength = 8;
    private const uint JsonChunk = 0x4E4F534A;

    /// <summary>Cleans the file; tells whether all of it was understood.</summary>
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
        if (Without(json, "extras") is not { } cleaned)
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

    /// <summary>Cleans the file; tells whether all of it was understood.</summary>
    public static async Task<bool> FilterGltfAsync(FilteredCopy copy, CancellationToken cancellationToken)
    {
        var json = await copy.TakeAsync(LongestJson, cancellationToken);
        var cleaned = await copy.IsAtEndAsync(cancellationToken) ? Without(json, "extras") : null;
        await copy.WriteAsync(cleaned ?? json, cancellationToken);
        return cleaned is not null;
    }

    /// <summary>Cleans the file; tells whether all of it was understood.</summary>
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
        var cleaned = Without(json, "__metadata__");
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

    /// <summary>The JSON without the properties of a name, wherever they are; null when it is none.</summary>
    private static byte[]? Without(byte[] json, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            using var cleaned = new MemoryStream();
            using (var writer = new Utf8JsonWriter(cleaned, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
                Write(document.RootElement, name, writer);
            return cleaned.ToArray();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static void Write(JsonElement element, string without, Utf8JsonWriter writer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject().Where(p => !p.NameEquals(without)))
                {
                    writer.WritePropertyName(property.Name);
                    Write(property.Value, without, writer);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    Write(item, without, writer);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
