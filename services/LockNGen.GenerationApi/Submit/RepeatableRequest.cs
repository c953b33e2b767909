using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Templates;

namespace LockNGen.GenerationApi.Submit;

/// <summary>
/// The request as stored, to be submitted again: without its owner's secrets (webhook, partner key), what is stored separately (extra
/// data) and what belongs to one generation only (its id), and with names in place of embedded files.
/// </summary>
internal static class RepeatableRequest
{
    public static string Of(SubmitRequest request, FilledTemplate filled, IReadOnlyDictionary<string, string> kept)
    {
        var again = request with { Id = null, WebhookUrl = null, WebhookSecret = null, ExtraData = null, PartnerKey = null, Door = null };
        if (kept.Count > 0)
        {
            again = again with
            {
                Workflow = request.Workflow is null ? null : JsonElement.Parse(filled.Workflow.ToJsonString()),
                Parameters = request.Parameters?.ToDictionary(p => p.Key, p => Named(p.Value, kept)),
            };
        }

        return JsonSerializer.Serialize(again, SubmitJson.Default.SubmitRequest);
    }

    /// <summary>The parameters with names in place of files.</summary>
    public static JsonObject? Parameters(JsonObject parameters, IReadOnlyDictionary<string, string> kept)
    {
        foreach (var (name, value) in parameters.ToList())
        {
            if (value is JsonValue text && text.TryGetValue<string>(out var file) && kept.TryGetValue(file, out var upload))
                parameters[name] = upload;
        }

        return parameters;
    }

    private static JsonElement Named(JsonElement value, IReadOnlyDictionary<string, string> kept) =>
        value.ValueKind == JsonValueKind.String && kept.TryGetValue(value.GetString()!, out var upload) ? JsonSerializer.SerializeToElement(upload) : value;
}
