using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LockNGen.Contracts;

/// <summary>Writes times as <c>2026-02-03T15:07:00.123Z</c> (RFC 3339, UTC, milliseconds) and reads any RFC 3339 time.</summary>
public sealed class UtcMillisecondsConverter : JsonConverter<DateTimeOffset>
{
    private const int ToMilliseconds = 23;

    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset().ToUniversalTime();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        // A custom format takes ten times as long as the round-trip format, which only has four more digits.
        Span<byte> text = stackalloc byte[32];
        value.UtcDateTime.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        text[ToMilliseconds] = (byte)'Z';
        writer.WriteStringValue(text[..(ToMilliseconds + 1)]);
    }
}
