using System.Text;
using System.Text.Json;

namespace LockNGen.GenerationApi.Submit;

/// <summary>What a submission may put into ComfyUI's <c>extra_data</c>, and the secret that goes there.</summary>
internal static class ExtraDataRules
{
    private const int MaxPartnerKey = 512;

    /// <summary>Keys reserved for the watcher or ComfyUI, with what to do instead.</summary>
    private static readonly Dictionary<string, string> Reserved = new()
    {
        ["lockngen"] = "it is how LockN Gen recognises its prompts",
        ["client_id"] = "ComfyUI sets it",
        ["create_time"] = "ComfyUI sets it",
        ["preview_method"] = "the operator chooses it (ComfyUi:PreviewMethod)",
        ["api_key_comfy_org"] = "send it as partnerKey, which is kept secret",
        ["auth_token_comfy_org"] = "send a key as partnerKey, which is kept secret",
    };

    public static void Check(SubmitRequest request, int maxBytes, List<ProblemError> errors)
    {
        if (request.PartnerKey is { } key && (key.Length is 0 or > MaxPartnerKey || key.Any(c => c is <= ' ' or > '~')))
            errors.Add(Error("partnerKey", ErrorCodes.InvalidSecret, $"partnerKey must have 1 to {MaxPartnerKey} characters of ASCII without spaces."));
        if (request.ExtraData is not { } data)
            return;
        if (data.ValueKind != JsonValueKind.Object)
        {
            errors.Add(Error("extraData", ErrorCodes.WrongType, $"extraData is {Kind(data)}; it must be an object."));
            return;
        }

        if (Encoding.UTF8.GetByteCount(data.GetRawText()) is var bytes && bytes > maxBytes)
            errors.Add(Error("extraData", ErrorCodes.OutOfRange, $"extraData has {bytes:N0} bytes; at most {maxBytes:N0} are allowed."));
        foreach (var member in data.EnumerateObject())
        {
            if (Reserved.TryGetValue(member.Name, out var reason))
                errors.Add(Error("extraData." + member.Name, ErrorCodes.ReservedKey, $"The key {member.Name} of extraData is reserved: {reason}."));
        }

        if (data.TryGetProperty("extra_pnginfo", out var page) && page.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
            errors.Add(Error("extraData.extra_pnginfo", ErrorCodes.WrongType, $"extra_pnginfo is {Kind(page)}; it must be an object."));
    }

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private static ProblemError Error(string field, string code, string message) => new() { Field = field, Code = code, Message = message };
}
