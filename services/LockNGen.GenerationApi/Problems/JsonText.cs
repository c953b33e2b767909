using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using LockNGen.Hosting;

namespace LockNGen.GenerationApi.Problems;

/// <summary>JSON as people and Python send it: with a byte order mark, with a key twice (the last one counts), with NaN.</summary>
internal static class JsonText
{
    /// <summary>Accepted JSON is stored, and sent inside other documents; each of those must stay readable.</summary>
    public const int MaxDepth = 48;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };
    private static readonly JsonDocumentOptions Lenient = new() { MaxDepth = MaxDepth };

    /// <summary>Reads a document so that no key occurs twice.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static JsonDocument Parse(byte[] bytes)
    {
        var json = WithoutMark(bytes);
        if (!Utf8.IsValid(json.Span))
            throw new JsonException("it is not UTF-8");
        try
        {
            return JsonDocument.Parse(json, Strict);
        }
        catch (JsonException)
        {
            using var document = JsonDocument.Parse(PythonJson.WithoutNaN(json), Lenient);
            return JsonDocument.Parse(WithoutDuplicates(document.RootElement), Lenient);
        }
    }

    /// <summary>What is wrong and where, counted from 1.</summary>
    public static string Describe(JsonException e)
    {
        var reason = e.Message.Split(" LineNumber:")[0].TrimEnd('.');
        return e.LineNumber is { } line ? $"line {line + 1}, column {e.BytePositionInLine + 1}: {reason}." : $"{reason}.";
    }

    private static ReadOnlyMemory<byte> WithoutMark(byte[] bytes) => bytes switch
    {
        [0xEF, 0xBB, 0xBF, ..] => bytes.AsMemory(3),
        [0xFF, 0xFE, ..] => Encoding.UTF8.GetBytes(Encoding.Unicode.GetString(bytes, 2, bytes.Length - 2)),
        [0xFE, 0xFF, ..] => Encoding.UTF8.GetBytes(Encoding.BigEndianUnicode.GetString(bytes, 2, bytes.Length - 2)),
        _ => bytes,
    };

    private static ReadOnlyMemory<byte> WithoutDuplicates(JsonElement element)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, element);
        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                // At the position of the first one, with the value of the last one, as in Python.
                var members = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
                foreach (var member in element.EnumerateObject())
                    members[member.Name] = member.Value;
                foreach (var (name, value) in members)
                {
                    writer.WritePropertyName(name);
                    Write(writer, value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteRawValue(element.GetRawText(), skipInputValidation: true);
                break;
        }
    }
}
