using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Api;

namespace LockNGen.ComfyDoors.V2;

/// <summary>Answers in the format of Comfy API v2.</summary>
internal static class V2Results
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Text(JsonNode body) => body.ToJsonString(Options);

    public static IResult Json(JsonNode body, int status = StatusCodes.Status200OK) => TypedResults.Text(Text(body), "application/json", Encoding.UTF8, status);

    public static IResult Error(int status, string code, string message, JsonObject? details = null) =>
        Json(new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = message, ["details"] = details } }, status);

    public static IResult NotFound(string what) => Error(StatusCodes.Status404NotFound, "not_found", what);

    public static IResult Unauthorized(HttpContext context) => Error(StatusCodes.Status401Unauthorized, "unauthorized", "Send a token as Authorization: Bearer.");

    /// <summary>The GenerationApi's refusals in the words of the contract; internals are not exposed.</summary>
    public static IResult Of(HttpContext context, ApiException e)
    {
        switch (e.Status)
        {
            case StatusCodes.Status401Unauthorized:
                return Error(e.Status, "unauthorized", e.Message);
            case StatusCodes.Status403Forbidden:
                return Error(e.Status, "forbidden", e.Message);
            case StatusCodes.Status404NotFound:
                return Error(e.Status, "not_found", e.Message);
            case StatusCodes.Status429TooManyRequests:
                e.TellWhen(context.Response);
                return Error(e.Status, e.Problem.Code == "rate_limited" ? "rate_limited" : "queue_full", e.Message);
            case StatusCodes.Status422UnprocessableEntity when e.Problem.Code == "idempotency_conflict":
                return Error(e.Status, "idempotency_key_reuse", "This Idempotency-Key was used already.");
            case StatusCodes.Status400BadRequest or StatusCodes.Status413PayloadTooLarge or StatusCodes.Status415UnsupportedMediaType or StatusCodes.Status422UnprocessableEntity:
                return Error(StatusCodes.Status422UnprocessableEntity, "invalid_request", e.Message);
            default:
                return Error(StatusCodes.Status500InternalServerError, "upstream_error", "The farm could not answer; try again.");
        }
    }
}
