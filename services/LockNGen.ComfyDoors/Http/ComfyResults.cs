using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Shapes;

namespace LockNGen.ComfyDoors.Http;

/// <summary>Answers in ComfyUI's format.</summary>
internal static class ComfyResults
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IResult Json(JsonNode body, int status = StatusCodes.Status200OK) =>
        TypedResults.Text(body.ToJsonString(Options), "application/json; charset=utf-8", System.Text.Encoding.UTF8, status);

    public static IResult Error(int status, string type, string message, string details = "") => Json(ComfyErrors.Simple(type, message, details), status);

    /// <summary>The caller is not signed in.</summary>
    public static IResult Unauthorized(HttpContext context) => Error(
        StatusCodes.Status401Unauthorized, "unauthorized", "Sign in: send a token as Authorization: Bearer, as the password of Authorization: Basic, as X-API-Key, or in the address (/u/<token>).");

    /// <summary>The GenerationApi refused, for a reason other than the workflow.</summary>
    public static IResult Of(HttpContext context, ApiException e)
    {
        e.TellWhen(context.Response);
        return Error(e.Status, e.Problem.Code ?? "server_error", e.Message);
    }
}
