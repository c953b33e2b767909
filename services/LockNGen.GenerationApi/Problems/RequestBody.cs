using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LockNGen.GenerationApi.Problems;

/// <summary>
/// Reads a JSON body whatever its Content-Type says (curl -d sends that of a form), at most so many bytes of it, and with an error that
/// names the place when it is not JSON.
/// </summary>
internal static class RequestBody
{
    public static async Task<(T? Request, byte[] Bytes, ProblemHttpResult? Problem)> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type, long maxBytes)
        where T : class
    {
        // Kestrel's own limit cuts the connection, and a client that is still sending never reads why. Without it Kestrel drains the rest
        // for a few seconds after the answer.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
        if (await ReadBytesAsync(context, maxBytes) is not { } bytes)
            return (null, [], TooLarge(maxBytes));

        try
        {
            using var document = JsonDocument.Parse(bytes);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return (null, bytes, Malformed("The body must be a JSON object."));
            if (!IsText(bytes))
                return (null, bytes, Malformed("A text in the body has U+0000 or half of a surrogate pair, which no text has."));
            return (document.RootElement.Clone().Deserialize(type), bytes, null);
        }
        catch (JsonException e) when (e.Path is { Length: > 2 } path)
        {
            return (null, bytes, Problem.Invalid(path[2..], ErrorCodes.WrongType, $"{path[2..]} is of the wrong type."));
        }
        catch (JsonException e)
        {
            return (null, bytes, Malformed($"The body is not valid JSON: {e.Message}"));
        }
    }

    public static ProblemHttpResult TooLarge(long maxBytes) => Problem.Of(
        StatusCodes.Status413PayloadTooLarge, ProblemCodes.TooLarge, $"The body is larger than {maxBytes:N0} bytes.");

    /// <summary>The whole body; null when it is too large.</summary>
    private static async Task<byte[]?> ReadBytesAsync(HttpContext context, long maxBytes)
    {
        if (context.Request.ContentLength > maxBytes)
            return null;
        using var body = new MemoryStream();
        var buffer = new byte[16_384];
        for (var read = 1; read > 0;)
        {
            read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted);
            body.Write(buffer, 0, read);
            if (body.Length > maxBytes)
                return null;
        }

        return body.ToArray();
    }

    /// <summary>What JSON lets one write as an escape, but PostgreSQL does not keep and UTF-8 cannot say.</summary>
    private static bool IsText(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\\u"u8) < 0)
            return true;
        try
        {
            for (var reader = new Utf8JsonReader(json); reader.Read();)
            {
                if (reader is { TokenType: JsonTokenType.String or JsonTokenType.PropertyName, ValueIsEscaped: true } && reader.GetString()!.Contains('\0', StringComparison.Ordinal))
                    return false;
            }

            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static ProblemHttpResult Malformed(string detail) => Problem.Of(StatusCodes.Status400BadRequest, ProblemCodes.MalformedJson, detail);
}
