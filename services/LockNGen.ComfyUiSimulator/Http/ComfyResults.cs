using System.Text.Json;
using System.Text.Json.Nodes;

namespace LockNGen.ComfyUiSimulator.Http;

/// <summary>Answers and request bodies as aiohttp handles them.</summary>
internal static class ComfyResults
{
    public static IResult Json(JsonNode body, int statusCode = StatusCodes.Status200OK) =>
        TypedResults.Text(body.ToJsonString(), "application/json; charset=utf-8", statusCode: statusCode);

    /// <summary>No body, no content type.</summary>
    public static IResult Empty(int statusCode = StatusCodes.Status200OK) => TypedResults.StatusCode(statusCode);

    /// <summary>The body as JSON, regardless of its content type. Malformed JSON is an exception, which becomes the real server's 500.</summary>
    public static async Task<JsonNode?> ReadJsonAsync(HttpRequest request, CancellationToken cancellationToken) =>
        await JsonNode.ParseAsync(request.Body, cancellationToken: cancellationToken);

    /// <summary>The body as an object, or an empty one if there is none.</summary>
    public static async Task<JsonObject> ReadOptionalJsonAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadJsonAsync(request, cancellationToken) as JsonObject ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
