using System.Text;
using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Api;

namespace LockNGen.ComfyDoors.OpenAi;

/// <summary>Answers in the format of OpenAI's API.</summary>
internal static class OpenAiResults
{
    private const string InvalidRequest = "invalid_request_error";

    public static IResult Json(JsonNode body, int status = StatusCodes.Status200OK) => TypedResults.Text(body.ToJsonString(), "application/json", Encoding.UTF8, status);

    public static JsonObject ErrorBody(string message, string type, string? param, string? code) =>
        new() { ["error"] = new JsonObject { ["message"] = message, ["type"] = type, ["param"] = param, ["code"] = code } };

    public static IResult Refused(string message, string? param, string? code) =>
        Json(ErrorBody(message, InvalidRequest, param, code), StatusCodes.Status400BadRequest);

    public static IResult Unauthorized(HttpContext context) => Json(
        ErrorBody("You didn't provide a valid API key. Send a token as Authorization: Bearer.", InvalidRequest, null, "invalid_api_key"), StatusCodes.Status401Unauthorized);

    public static IResult Of(HttpContext context, ApiException e)
    {
        e.TellWhen(context.Response);
        return e.Status switch
        {
            StatusCodes.Status429TooManyRequests => Json(ErrorBody(e.Message, "requests", null, "rate_limit_exceeded"), e.Status),
            >= 400 and < 500 => Json(ErrorBody(e.Message, InvalidRequest, Param(e), e.Problem.Code), e.Status == StatusCodes.Status422UnprocessableEntity ? StatusCodes.Status400BadRequest : e.Status),
            _ => Json(ErrorBody("The farm could not answer; try again.", "server_error", null, e.Problem.Code), StatusCodes.Status503ServiceUnavailable),
        };
    }

    /// <summary>Our template parameters under the names of theirs, if there is one.</summary>
    private static string? Param(ApiException e) => e.Problem.Errors is [{ Field: { } field }, ..] ? field.Replace("parameters.", "", StringComparison.Ordinal) : null;
}
