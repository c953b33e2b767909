using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace LockNGen.RealtimeGateway.Events;

/// <summary>
/// Reads kind, generation and sequences from an event's JSON, and nothing else. Our own publishers always write these first
/// and without white space, which a few comparisons recognize; any other valid JSON is read property by property.
/// </summary>
internal static class EventScanner
{
    private const int GuidLength = 36;

    /// <summary>False when the body is not JSON, or lacks kind, generation or sequence.</summary>
    public static bool TryScan(ReadOnlySpan<byte> json, out ScannedEvent scanned) =>
        TryScanCanonical(json, out scanned) || TryScanAny(json, out scanned);

    private static bool TryScanCanonical(ReadOnlySpan<byte> json, out ScannedEvent scanned)
    {
        scanned = default;
        if (!json.StartsWith("{\"type\":\""u8))
            return false;
        var rest = json["{\"type\":\""u8.Length..];
        var quote = rest.IndexOf((byte)'"');
        if (quote < 0 || !EventKinds.TryParse(rest[..quote], out var kind))
            return false;

        rest = rest[quote..];
        if (!rest.StartsWith("\",\"generationId\":\""u8))
            return false;
        rest = rest["\",\"generationId\":\""u8.Length..];
        if (!Utf8Parser.TryParse(rest, out Guid generationId, out var length, 'D') || length != GuidLength)
            return false;

        rest = rest[length..];
        if (!rest.StartsWith("\",\"sequence\":"u8))
            return false;
        rest = rest["\",\"sequence\":"u8.Length..];
        if (!Utf8Parser.TryParse(rest, out long sequence, out length) || sequence <= 0)
            return false;

        rest = rest[length..];
        long stateSequence = 0;
        if (rest.StartsWith(",\"stateSequence\":"u8))
        {
            rest = rest[",\"stateSequence\":"u8.Length..];
            if (!Utf8Parser.TryParse(rest, out stateSequence, out length) || stateSequence <= 0)
                return false;
            rest = rest[length..];
        }

        scanned = new ScannedEvent(kind, generationId, sequence, stateSequence);
        return !rest.IsEmpty && rest[0] == ',' && json[^1] == '}';
    }

    private static bool TryScanAny(ReadOnlySpan<byte> json, out ScannedEvent scanned)
    {
        scanned = default;
        EventKind kind = default;
        Guid generationId = default;
        long sequence = 0;
        long stateSequence = 0;
        var hasKind = false;
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isType, isId, isSequence) =
                    (reader.ValueTextEquals("type"u8), reader.ValueTextEquals("generationId"u8), reader.ValueTextEquals("sequence"u8));
                var isStateSequence = reader.ValueTextEquals("stateSequence"u8);
                reader.Read();
                if (isType && reader.TokenType == JsonTokenType.String)
                    hasKind = EventKinds.TryParse(reader.GetString(), out kind);
                else if (isId && reader.TokenType == JsonTokenType.String)
                    reader.TryGetGuid(out generationId);
                else if (isSequence && reader.TokenType == JsonTokenType.Number)
                    reader.TryGetInt64(out sequence);
                else if (isStateSequence && reader.TokenType == JsonTokenType.Number)
                    reader.TryGetInt64(out stateSequence);
                else
                    reader.Skip();
            }

            scanned = new ScannedEvent(kind, generationId, sequence, Math.Max(0, stateSequence));
            // Read to the end: a forwarded event must be one complete JSON object.
            return reader.TokenType == JsonTokenType.EndObject && !reader.Read() && hasKind && generationId != Guid.Empty && sequence > 0;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter: half a surrogate pair, escaped, is valid JSON but not valid text.
            return false;
        }
    }
}

/// <summary>What <see cref="EventScanner"/> reads from an event.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="GenerationId">Its generation.</param>
/// <param name="Sequence">Its number.</param>
/// <param name="StateSequence">The number of the newest state event before it; 0 if it is the first, or its publisher does not say.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ScannedEvent(EventKind Kind, Guid GenerationId, long Sequence, long StateSequence);
