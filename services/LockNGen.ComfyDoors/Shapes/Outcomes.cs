using System.Text.Json.Nodes;
using LockNGen.Contracts;

namespace LockNGen.ComfyDoors.Shapes;

/// <summary>How a prompt ended, as frames and history tell it.</summary>
internal static class Outcomes
{
    public const string Success = "execution_success";
    public const string Error = "execution_error";
    public const string Interrupted = "execution_interrupted";

    /// <summary>Type and data of the message that ends a prompt.</summary>
    public static (string Type, JsonObject Data) Of(Guid id, string status, GenerationError? error, IEnumerable<string> executed, DateTimeOffset at) => status switch
    {
        "completed" => (Success, new JsonObject { ["prompt_id"] = id.ToString(), ["timestamp"] = at.ToUnixTimeMilliseconds() }),
        "cancelled" => (Interrupted, new JsonObject
        {
            ["prompt_id"] = id.ToString(),
            ["node_id"] = error?.NodeId ?? "",
            ["node_type"] = error?.NodeType ?? "",
            ["executed"] = List(executed),
            ["timestamp"] = at.ToUnixTimeMilliseconds(),
        }),
        _ => (Error, new JsonObject
        {
            ["prompt_id"] = id.ToString(),
            ["node_id"] = error?.NodeId ?? "",
            ["node_type"] = error?.NodeType ?? "",
            ["executed"] = List(executed),
            ["exception_message"] = (error?.Message ?? "The generation failed.") + "\n",
            ["exception_type"] = ExceptionType(error?.Code),
            // Paths of a server, and other people's texts, stay there.
            ["traceback"] = new JsonArray(),
            ["current_inputs"] = new JsonObject(),
            ["current_outputs"] = new JsonArray(),
            ["timestamp"] = at.ToUnixTimeMilliseconds(),
        }),
    };

    private static string ExceptionType(string? code) => code switch
    {
        GenerationErrorCodes.NodeError or null => "RuntimeError",
        GenerationErrorCodes.OutOfMemory => "torch.OutOfMemoryError",
        _ => "lockngen." + code,
    };

    private static JsonArray List(IEnumerable<string> values) => new([.. values.Select(v => JsonValue.Create(v))]);
}
