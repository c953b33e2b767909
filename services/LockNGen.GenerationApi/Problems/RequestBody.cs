using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LockNGen.GenerationApi.Problems;

/// <summary>
/// Reads a JSON body of any Content-Type (curl -d sends that of a form), of limited size, and with an error that
/// names the position when it is not JSON.
/// </summary>
internal static class RequestBody
{
    private const string NoText = "A string in the body contains U+0000 or half a surrogate pair, which is not valid text.";

    public static async Task<(T? Request, byte[] Bytes, ProblemHttpResult? Problem)> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type, long maxBytes)
        where T : class
    {
        if (await ReadBytesAsync(context, maxBytes) is not { } bytes)
            return (null, [], TooLarge(maxBytes));
        var (request, problem) = Parse(bytes, type);
        return (request, bytes, problem);
    }

    /// <summary>Reads a request.</summary>
    /// <param name="bytes">The body.</param>
    /// <param name="type">What it should be.</param>
    /// <param name="reshape">Converts other shapes to that form.</param>
    public static (T? Request, ProblemHttpResult? Problem) Parse<T>(byte[] bytes, JsonTypeInfo<T> type, Func<JsonElement, JsonElement>? reshape = null)
        where T : class
    {
        try
        {
            using var document = JsonText.Parse(bytes);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return (null, Malformed("The body must be a JSON object."));
            var body = document.RootElement.Clone();
            if (!IsText(body))
                return (null, Malformed(NoText));
            body = reshape?.Invoke(body) ?? body;
            return UnknownFields.In(body, type) is { Count: > 0 } unknown ? (null, Problem.Invalid(unknown)) : (body.Deserialize(type), null);
        }
        catch (JsonException e) when (e.Path is { Length: > 2 } path)
        {
            return (null, Problem.Invalid(path[2..], ErrorCodes.WrongType, $"{path[2..]} is of the wrong type."));
        }
        catch (JsonException e)
        {
            return (null, Malformed($"The body is not valid JSON: {JsonText.Describe(e)}"));
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: found when the string is read.
            return (null, Malformed(NoText));
        }
    }

    public static ProblemHttpResult TooLarge(long maxBytes) => Problem.Of(
        StatusCodes.Status413PayloadTooLarge, ProblemCodes.TooLarge, $"The body is larger than {maxBytes:N0} bytes.");

    /// <summary>
    /// Kestrel's own limit closes the connection, and a client that is still sending never learns why. Without it Kestrel drains the rest for a
    /// few seconds after the answer.
    /// </summary>
    public static void LiftLimit(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
    }

    /// <summary>The whole body; null when it is too large.</summary>
    public static Task<byte[]?> ReadBytesAsync(HttpContext context, long maxBytes)
    {
        LiftLimit(context);
        return context.Request.ContentLength > maxBytes ? Task.FromResult<byte[]?>(null) : ReadBytesAsync(context.Request.Body, maxBytes, context.RequestAborted);
    }

    /// <summary>All of a stream; null when it is too large.</summary>
    public static async Task<byte[]?> ReadBytesAsync(Stream stream, long maxBytes, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16_384];
        for (var read = 1; read > 0;)
        {
            read = await stream.ReadAsync(buffer, cancellationToken);
            body.Write(buffer, 0, read);
            if (body.Length > maxBytes)
                return null;
        }

        return body.ToArray();
    }

    /// <summary>Escapes that JSON allows, but that PostgreSQL cannot store or UTF-8 cannot encode.</summary>
    private static bool IsText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().All(m => !m.Name.Contains('\0', StringComparison.Ordinal) && IsText(m.Value)),
        JsonValueKind.Array => value.EnumerateArray().All(IsText),
        JsonValueKind.String => !value.GetString()!.Contains('\0', StringComparison.Ordinal),
        _ => true,
    };

    private static ProblemHttpResult Malformed(string detail) => Problem.Of(StatusCodes.Status400BadRequest, ProblemCodes.MalformedJson, detail);
}
