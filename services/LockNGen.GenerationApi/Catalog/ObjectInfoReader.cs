using System.Globalization;
using System.Text.Json;

namespace LockNGen.GenerationApi.Catalog;

/// <summary>
/// Reads the entries of ComfyUI's <c>/object_info</c>. Anything it does not understand about a class it leaves open, for custom nodes invent
/// their own: an unknown type restricts nothing.
/// </summary>
internal static class ObjectInfoReader
{
    private const int MaxMembers = 100;
    private const int MaxNesting = 4;

    /// <summary>Flags of inputs that name a file.</summary>
    private static readonly string[] UploadFlags = ["image_upload", "video_upload", "audio_upload", "file_upload", "upload"];

    /// <summary>Inputs of node packs that name files without saying so.</summary>
    private static readonly string[] FileInputs = ["image", "video", "audio", "file", "latent", "directory"];

    private static readonly string[] FileExtensions =
        [".png", ".jpg", ".jpeg", ".webp", ".gif", ".mp4", ".webm", ".mov", ".mkv", ".wav", ".mp3", ".flac", ".ogg", ".m4a", ".latent"];

    public static NodeClass ReadClass(JsonElement node)
    {
        var inputs = new Dictionary<string, NodeInputSpec>(StringComparer.Ordinal);
        if (node.TryGetProperty("input", out var groups))
        {
            foreach (var input in ReadInputs(groups, prefix: "", depth: 0))
                inputs.TryAdd(input.Name, input);
        }

        var outputs = node.TryGetProperty("output", out var types) && types.ValueKind == JsonValueKind.Array
            ? types.EnumerateArray().Select(t => t.ValueKind == JsonValueKind.String ? t.GetString()! : "COMBO").ToList()
            : null;
        var isOutput = node.TryGetProperty("output_node", out var output) && output.ValueKind == JsonValueKind.True;
        var isCustom = node.TryGetProperty("python_module", out var module) && module.ValueKind == JsonValueKind.String
            && module.GetString()!.StartsWith("custom_nodes", StringComparison.Ordinal);
        return new NodeClass(inputs, outputs, isOutput, isCustom);
    }

    private static IEnumerable<NodeInputSpec> ReadInputs(JsonElement groups, string prefix, int depth)
    {
        if (groups.ValueKind != JsonValueKind.Object || depth > MaxNesting)
            yield break;
        foreach (var (name, isRequired) in new[] { ("required", true), ("optional", false) })
        {
            if (!groups.TryGetProperty(name, out var members) || members.ValueKind != JsonValueKind.Object)
                continue;
            foreach (var input in members.EnumerateObject())
                yield return ReadInput(prefix + input.Name, input.Value, isRequired, depth);
        }
    }

    /// <summary><c>["INT", {min, max}]</c>, <c>[["a", "b"], {...}]</c> or, newer, <c>["COMBO", {options: [...]}]</c>.</summary>
    private static NodeInputSpec ReadInput(string name, JsonElement spec, bool isRequired, int depth)
    {
        if (spec.ValueKind != JsonValueKind.Array || spec.GetArrayLength() == 0)
            return new NodeInputSpec { Name = name, IsRequired = isRequired };
        var options = spec.GetArrayLength() > 1 && spec[1].ValueKind == JsonValueKind.Object ? spec[1] : default;
        var type = spec[0].ValueKind switch { JsonValueKind.String => spec[0].GetString()!, JsonValueKind.Array => "COMBO", _ => "*" };
        var list = spec[0].ValueKind == JsonValueKind.Array ? spec[0] : type == "COMBO" ? Member(options, "options") : default;
        var choices = list.ValueKind == JsonValueKind.Array ? new ChoiceList(list) : null;
        var isUpload = UploadFlags.Any(f => Member(options, f).ValueKind == JsonValueKind.True) || (choices is not null && NamesFiles(name, choices));
        // A remote list is fetched by the page; the server's own is empty or outdated.
        var isRemote = Member(options, "remote").ValueKind != JsonValueKind.Undefined || Member(options, "remote_combo").ValueKind != JsonValueKind.Undefined;
        return new NodeInputSpec
        {
            Name = name,
            IsRequired = isRequired,
            Type = type,
            IsRandomized = Control(options) is "true" or "randomize",
            IsControlled = Control(options) is not null,
            Min = Number(options, "min"),
            Max = Number(options, "max"),
            Default = Member(options, "default") is { ValueKind: not JsonValueKind.Undefined } value ? value.GetRawText() : (choices is { Names: [var first, ..] } ? first : null),
            IsUpload = isUpload,
            Files = isUpload ? choices?.Names : null,
            IsMultiselect = Member(options, "multiselect").ValueKind == JsonValueKind.True,
            Choices = isUpload || isRemote ? null : choices,
            Brings = ReadBrought(name, type, options, depth),
        };
    }

    private static IReadOnlyList<BroughtInputs> ReadBrought(string name, string type, JsonElement options, int depth) => type switch
    {
        "COMFY_AUTOGROW_V3" => [new BroughtInputs(default, [.. ReadGroup(name, Member(options, "template"), depth)])],
        "COMFY_DYNAMICCOMBO_V3" when Member(options, "options") is { ValueKind: JsonValueKind.Array } list =>
        [
            .. from option in list.EnumerateArray()
               where option.ValueKind == JsonValueKind.Object
               select new BroughtInputs(Member(option, "key").Clone(), [.. ReadInputs(Member(option, "inputs"), name + ".", depth + 1)]),
        ],
        "COMFY_DYNAMICSLOT_V3" => [new BroughtInputs(default, [.. ReadInputs(Member(options, "inputs"), name + ".", depth + 1)])],
        _ => [],
    };

    /// <summary>The members that a growing group may have; the first ones are required if the group has a minimum.</summary>
    private static IEnumerable<NodeInputSpec> ReadGroup(string name, JsonElement template, int depth)
    {
        if (ReadInputs(Member(template, "input"), prefix: "", depth + 1).FirstOrDefault() is not { } member)
            yield break;
        var min = Integer(template, "min") ?? 0;
        var names = Member(template, "names") is { ValueKind: JsonValueKind.Array } given
            ? given.EnumerateArray().Select(n => n.ToString())
            : Enumerable.Range(0, Integer(template, "max") ?? MaxMembers).Select(n => Member(template, "prefix") + n.ToString(CultureInfo.InvariantCulture));
        foreach (var (n, memberName) in names.Take(MaxMembers).Index())
            yield return member with { Name = $"{name}.{memberName}", IsRequired = n < min && member.IsRequired };
    }

    private static bool NamesFiles(string name, ChoiceList choices) => FileInputs.Contains(name)
        && choices.Names.All(c => FileExtensions.Contains(Path.GetExtension(c), StringComparer.OrdinalIgnoreCase) || (name == "directory" && !Path.HasExtension(c)));

    private static JsonElement Member(JsonElement options, string name) =>
        options.ValueKind == JsonValueKind.Object && options.TryGetProperty(name, out var value) ? value : default;

    /// <summary>The initial value of <c>control_after_generate</c>: true, or the name of a mode.</summary>
    private static string? Control(JsonElement options) => Member(options, "control_after_generate") switch
    {
        { ValueKind: JsonValueKind.True } => "true",
        { ValueKind: JsonValueKind.String } mode => mode.GetString(),
        _ => null,
    };

    private static JsonElement Number(JsonElement options, string name) =>
        Member(options, name) is { ValueKind: JsonValueKind.Number } value ? value.Clone() : default;

    private static int? Integer(JsonElement options, string name) =>
        Member(options, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) ? number : null;
}
