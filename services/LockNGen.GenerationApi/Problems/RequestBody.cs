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
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = maxBytes;
        byte[] bytes;
        try
        {
            using var buffer = new MemoryStream();
            await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
            bytes = buffer.ToArray();
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (null, [], TooLarge(maxBytes));
        }

        try
        {
            using var document = JsonDocument.Parse(bytes);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return (null, bytes, Malformed("The body must be a JSON object."));
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

    private static ProblemHttpResult Malformed(string detail) => Problem.Of(StatusCodes.Status400BadRequest, ProblemCodes.MalformedJson, detail);
}
