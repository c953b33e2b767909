using System.Text.Json.Nodes;

namespace LockNGen.ComfyUiSimulator.Validation;

/// <summary>The result of validating a submitted graph: what may run, or why nothing may.</summary>
/// <param name="Error">The error object of the answer; null if at least one output is valid.</param>
/// <param name="Outputs">The valid output nodes.</param>
/// <param name="NodeErrors">Errors by node id; possibly not empty although some outputs are valid.</param>
internal sealed record ValidationResult(JsonObject? Error, IReadOnlyList<string> Outputs, JsonObject NodeErrors)
{
    public static ValidationResult Refused(string type, string message, string details, JsonObject? extraInfo = null) =>
        new(ErrorJson(type, message, details, extraInfo), [], []);

    public static JsonObject ErrorJson(string type, string message, string details, JsonObject? extraInfo = null) => new()
    {
        ["type"] = type,
        ["message"] = message,
        ["details"] = details,
        ["extra_info"] = extraInfo ?? [],
    };
}
