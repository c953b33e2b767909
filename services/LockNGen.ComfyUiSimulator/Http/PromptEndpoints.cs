using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Python;
using LockNGen.ComfyUiSimulator.Queue;
using LockNGen.ComfyUiSimulator.Validation;

namespace LockNGen.ComfyUiSimulator.Http;

/// <summary><c>/prompt</c>: submits, and returns how many are unfinished.</summary>
internal static class PromptEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/prompt", (ComfyUiServer server) => ComfyResults.Json(
            new JsonObject { ["exec_info"] = new JsonObject { ["queue_remaining"] = server.Queue.Remaining } }));
        routes.MapPost("/prompt", SubmitAsync);
    }

    private static async Task<IResult> SubmitAsync(HttpRequest request, ComfyUiServer server, ServerEnvironment environment, CancellationToken cancellationToken)
    {
        var body = await ComfyResults.ReadJsonAsync(request, cancellationToken) as JsonObject ?? throw PythonException.TypeError("argument is not iterable");
        var (number, numberJson) = TakeNumber(body, server.Queue);
        if (!body.TryGetPropertyValue("prompt", out var graph))
            return Refuse(ValidationResult.Refused("no_prompt", "No prompt provided", "No prompt provided"));
        if (!TryGetPromptId(body, environment, out var promptId))
        {
            return Refuse(ValidationResult.Refused(
                "invalid_prompt_id", "prompt_id must be a valid UUID",
                "prompt_id must be a UUID string in canonical lowercase hyphenated form; omit it to let the server generate one"));
        }

        var prompt = graph as JsonObject ?? throw PythonException.TypeError("string indices must be integers, not 'str'");
        if (environment.IsVersionB)
            NodeReplacements.Apply(environment.Library, prompt);
        var targets = (body["partial_execution_targets"] as JsonArray)?.Select(PythonText.Str).ToHashSet(StringComparer.Ordinal);
        var validation = new PromptValidator(environment.Library, environment.IsVersionB).Validate(prompt, targets);
        if (validation.Error is not null)
            return Refuse(validation);

        server.Log.Write("got prompt\n");
        server.Queue.Put(new QueueItem
        {
            Number = number,
            NumberJson = numberJson,
            PromptId = promptId,
            Prompt = prompt.DeepClone().AsObject(),
            ExtraData = ExtraData(body, environment),
            Outputs = validation.Outputs,
        });
        return ComfyResults.Json(new JsonObject
        {
            ["prompt_id"] = promptId, ["number"] = numberJson.DeepClone(), ["node_errors"] = validation.NodeErrors,
        });
    }

    private static (double Value, JsonNode Json) TakeNumber(JsonObject body, PromptQueue queue)
    {
        if (body.TryGetPropertyValue("number", out var explicitNumber))
        {
            var number = explicitNumber?.GetValueKind() switch
            {
                JsonValueKind.Number => explicitNumber.GetValue<double>(),
                JsonValueKind.String when double.TryParse(explicitNumber.GetValue<string>(), CultureInfo.InvariantCulture, out var parsed) => parsed,
                JsonValueKind.True => 1,
                JsonValueKind.False => 0,
                _ => throw PythonException.ValueError($"could not convert string to float: {PythonText.Repr(explicitNumber)}"),
            };
            return (number, PythonText.Float(number));
        }

        var next = queue.NextNumber();
        if (body["front"] is JsonValue front && front.TryGetValue(out bool isFront) && isFront)
            next = -next;
        return (next, next);
    }

    private static bool TryGetPromptId(JsonObject body, ServerEnvironment environment, out string promptId)
    {
        promptId = Guid.NewGuid().ToString();
        if (environment.Options.OwnPromptIds || !body.TryGetPropertyValue("prompt_id", out var own) || (environment.IsVersionB && own is null))
            return true;
        promptId = PythonText.Str(own);
        return !environment.IsVersionB
            || (own?.GetValueKind() == JsonValueKind.String && Guid.TryParseExact(promptId, "D", out var id) && id.ToString() == promptId);
    }

    private static JsonObject ExtraData(JsonObject body, ServerEnvironment environment)
    {
        var extra = body["extra_data"]?.DeepClone() as JsonObject ?? [];
        if (body.TryGetPropertyValue("client_id", out var clientId))
        {
            extra.Remove("client_id");
            extra["client_id"] = clientId?.DeepClone();
        }

        if (environment.IsVersionB)
            extra["create_time"] = environment.UnixMilliseconds();
        return extra;
    }

    private static IResult Refuse(ValidationResult validation) => ComfyResults.Json(
        new JsonObject { ["error"] = validation.Error, ["node_errors"] = validation.NodeErrors }, StatusCodes.Status400BadRequest);
}
