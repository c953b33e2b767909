using System.Buffers.Text;
using System.Text.Json;

namespace LockNGen.RealtimeGateway.Events;

/// <summary>
/// Reads kind, generation and sequence of an event's JSON, and nothing else of it. Our own publishers always write these three first
/// and without white space, which a few comparisons recognise; whatever else is valid JSON is read property by property.
/// </summary>
internal static class EventScanner
{
    private const int GuidLength = 36;

    /// <summary>False when the body is not JSON, or lacks one of the three.</summary>
    public static bool TryScan(ReadOnlySpan<byte> json, out EventKind kind, out Guid generationId, out long sequence) =>
        TryScanCanonical(json, out kind, out generationId, out sequence) || TryScanAny(json, out kind, out generationId, out sequence);

    private static bool TryScanCanonical(ReadOnlySpan<byte> json, out EventKind kind, out Guid generationId, out long sequence)
    {
        kind = default;
        generationId = default;
        sequence = 0;
        if (!json.StartsWith("{\"type\":\""u8))
            return false;
        var rest = json["{\"type\":\""u8.Length..];
        var quote = rest.IndexOf((byte)'"');
        if (quote < 0 || !EventKinds.TryParse(rest[..quote], out kind))
            return false;

        rest = rest[quote..];
        if (!rest.StartsWith("\",\"generationId\":\""u8))
            return false;
        rest = rest["\",\"generationId\":\""u8.Length..];
        if (!Utf8Parser.TryParse(rest, out generationId, out var length, 'D') || length != GuidLength)
            return false;

        rest = rest[length..];
        if (!rest.StartsWith("\",\"sequence\":"u8))
            return false;
        rest = rest["\",\"sequence\":"u8.Length..];
        return Utf8Parser.TryParse(rest, out sequence, out length) && sequence > 0
            && length < rest.Length && rest[length] == ',' && json[^1] == '}';
    }

    private static bool TryScanAny(ReadOnlySpan<byte> json, out EventKind kind, out Guid generationId, out long sequence)
    {
        kind = default;
        generationId = default;
        sequence = 0;
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
                reader.Read();
                if (isType && reader.TokenType == JsonTokenType.String)
                    hasKind = EventKinds.TryParse(reader.GetString(), out kind);
                else if (isId && reader.TokenType == JsonTokenType.String)
                    reader.TryGetGuid(out generationId);
                else if (isSequence && reader.TokenType == JsonTokenType.Number)
                    reader.TryGetInt64(out sequence);
                else
                    reader.Skip();
            }

            // Read to the end: what is forwarded must be one whole JSON object.
            return reader.TokenType == JsonTokenType.EndObject && !reader.Read() && hasKind && generationId != Guid.Empty && sequence > 0;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second: half of a surrogate pair, escaped, is JSON and yet no text.
            return false;
        }
    }
}
