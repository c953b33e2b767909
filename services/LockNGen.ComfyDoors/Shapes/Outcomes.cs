using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LockNGen.Contracts;

namespace LockNGen.ComfyDoors.Shapes;

/// <summary>How a prompt ended, as reported by frames and history.</summary>
internal static partial class Outcomes
{
    public const string Success = "execution_success";
    public const string Error = "execution_error";
    public const string Interrupted = "execution_interrupted";

    /// <summary>Type and data of the message that ends a prompt.</summary>
    public static (string Type, JsonObject Data) Of(Guid id, GenerationStatus status, GenerationError? error, IEnumerable<string> executed, DateTimeOffset at) => status switch
    {
        GenerationStatus.Completed => (Success, new JsonObject { ["prompt_id"] = id.ToString(), ["timestamp"] = at.ToUnixTimeMilliseconds() }),
        GenerationStatus.Cancelled => (Interrupted, new JsonObject
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
            ["exception_message"] = MessageOf(error),
            ["exception_type"] = ExceptionType(error),
            // Server paths, and other users' texts, must not be passed on.
            ["traceback"] = new JsonArray(),
            ["current_inputs"] = new JsonObject(),
            ["current_outputs"] = new JsonArray(),
            ["timestamp"] = at.ToUnixTimeMilliseconds(),
        }),
    };

    private static string ExceptionType(GenerationError? error) => error?.Code switch
    {
        GenerationErrorCodes.NodeError when Python().Match(error.Message) is { Success: true } match => match.Groups["type"].Value,
        GenerationErrorCodes.NodeError or null => "RuntimeError",
        GenerationErrorCodes.OutOfMemory => "torch.OutOfMemoryError",
        _ => "lockngen." + error.Code,
    };

    /// <summary>The type has a separate field; ComfyUI ends a node's message with a line feed, but not its own advice.</summary>
    private static string MessageOf(GenerationError? error) => error switch
    {
        null => "The generation failed.\n",
        { Code: GenerationErrorCodes.NodeError } => Python().Replace(error.Message, "${message}") + "\n",
        { Code: GenerationErrorCodes.OutOfMemory } => Python().Replace(error.Message, "${message}"),
        _ => error.Message + "\n",
    };

    /// <summary>As Python prints an exception.</summary>
    [GeneratedRegex(@"^(?<type>[A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt|Iteration|Warning|Timeout))(?:: (?<message>.*))?$", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Python();

    private static JsonArray List(IEnumerable<string> values) => new([.. values.Select(v => JsonValue.Create(v))]);
}
