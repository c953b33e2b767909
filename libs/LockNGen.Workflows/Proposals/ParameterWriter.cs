using System.Text.Json;
using LockNGen.Workflows.Catalog;

namespace LockNGen.Workflows.Proposals;

/// <summary>Turns fields into parameters: names, titles, types and ranges.</summary>
internal sealed class ParameterWriter(IReadOnlyDictionary<string, int> titles)
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _titles = new(StringComparer.OrdinalIgnoreCase);

    public ProposedParameter Write(ParameterRole role, IReadOnlyList<Candidate> fields)
    {
        var first = fields[0];
        var spec = first.UsedAs.Spec ?? first.Spec;
        var (name, title) = Called(role, first);
        // One of several is named after its node, if that has a custom title.
        if (titles.GetValueOrDefault(title) > 1 && (first.Node.OwnTitle ?? first.UsedAs.Node.OwnTitle) is { } own)
            title = Naming.Camel(own).StartsWith(name, StringComparison.OrdinalIgnoreCase) || role is ParameterRole.Image or ParameterRole.Prompt ? own : $"{title}: {own}";
        var type = TypeOf(role, first, spec);
        var (min, max, step) = type is "integer" or "number" or "seed" ? RangeOf(first, spec) : (null, null, null);
        var isMissing = type is "image" or "video" or "audio" or "file" && spec is not null && !spec.Choices.Any(c => JsonElement.DeepEquals(c, first.Value));
        return new ProposedParameter
        {
            Name = Naming.Free(name, _names),
            Title = FreeTitle(title),
            Type = type,
            Default = type == "seed" || isMissing ? null : first.Value,
            Required = isMissing,
            Min = min,
            Max = max,
            Step = type == "seed" ? null : step,
            Advanced = role is ParameterRole.Helper or ParameterRole.Scheduler or ParameterRole.Sampler or ParameterRole.BatchSize,
            Targets = [.. fields.Select(f => new ProposedTarget(f.Node.Id, f.Input))],
            Role = role,
        };
    }

    public static (string Name, string Title) Called(ParameterRole role, Candidate field)
    {
        var (node, input, _) = field.UsedAs;
        var bare = input[(input.LastIndexOf('.') + 1)..];
        return role switch
        {
            ParameterRole.Prompt when bare is "tags" or "caption" => (bare, Naming.Sentence(bare)),
            ParameterRole.Prompt => ("prompt", "Prompt"),
            ParameterRole.NegativePrompt => ("negativePrompt", "Negative prompt"),
            ParameterRole.Image => ("image", field.Node.OwnTitle ?? "Image"),
            ParameterRole.Mask => ("mask", field.Node.OwnTitle ?? "Mask"),
            ParameterRole.Video => ("video", field.Node.OwnTitle ?? "Video"),
            ParameterRole.Audio => ("audio", field.Node.OwnTitle ?? "Audio"),
            ParameterRole.File => ("file", field.Node.OwnTitle ?? "File"),
            ParameterRole.Frames => ("frames", "Frames"),
            ParameterRole.FrameRate => ("fps", "Frames per second"),
            ParameterRole.Seconds => ("seconds", "Seconds"),
            ParameterRole.BatchSize => ("batchSize", "Pictures at once"),
            ParameterRole.Denoise => ("denoise", "Strength of change"),
            ParameterRole.Guidance => bare == "cfg" ? ("cfg", "Guidance") : ("guidance", "Guidance"),
            ParameterRole.Seed => ("seed", "Seed"),
            ParameterRole.Sampler => ("sampler", "Sampler"),
            ParameterRole.Model => node.Class == "UpscaleModelLoader" ? ModelNames.Called(node, bare) : ("model", "Model"),
            ParameterRole.Lora => ("lora", "LoRA"),
            ParameterRole.LoraStrength => bare == "strength_clip" ? ("loraTextStrength", "Strength of the LoRA on texts") : ("loraStrength", "Strength of the LoRA"),
            ParameterRole.Helper => ModelNames.Called(node, bare),
            ParameterRole.Strength when bare is "strength" && node.Class.StartsWith("ControlNet", StringComparison.Ordinal) => ("controlStrength", "Strength of the control"),
            ParameterRole.Other or ParameterRole.Text => (Other(Naming.Camel(bare)), field.Node.OwnTitle is { } own ? $"{own}: {Naming.Sentence(bare)}" : Naming.Sentence(bare)),
            _ => (Naming.Camel(bare), Naming.Sentence(bare)),
        };
    }

    private static string Other(string name) => name.Length == 0 ? "value" : name;

    private static string TypeOf(ParameterRole role, Candidate field, InputDefinition? spec) => role switch
    {
        ParameterRole.Seed => "seed",
        ParameterRole.Image or ParameterRole.Mask => "image",
        ParameterRole.Video => "video",
        ParameterRole.Audio => "audio",
        ParameterRole.File => "file",
        ParameterRole.Model or ParameterRole.Lora or ParameterRole.Helper => "model",
        _ when spec?.IsList == true => field.Value.ValueKind == JsonValueKind.String ? "choice" : "number",
        _ => field.Value.ValueKind switch
        {
            JsonValueKind.True or JsonValueKind.False => "boolean",
            JsonValueKind.Number => spec?.FieldType == "INT" || spec is null && !field.Value.GetRawText().Contains('.', StringComparison.Ordinal) ? "integer" : "number",
            _ => "text",
        },
    };

    private static (decimal? Min, decimal? Max, decimal? Step) RangeOf(Candidate field, InputDefinition? spec)
    {
        if (spec is null || !field.Value.TryGetDecimal(out var value))
            return (null, null, null);
        var (min, max) = (Number(spec, "min"), Number(spec, "max"));
        // A value that a server accepts must not be refused, so a value between the steps means that any is allowed.
        var step = spec.FieldType == "FLOAT" ? Number(spec, "round") ?? Number(spec, "step") : Number(spec, "step");
        return (min, max, step is > 0 && (value - (min ?? 0)) % step == 0 ? step : null);
    }

    private static decimal? Number(InputDefinition spec, string option) =>
        spec.Options.Member(option) is { ValueKind: JsonValueKind.Number } number && number.TryGetDecimal(out var value) ? value : null;

    private string FreeTitle(string title)
    {
        var free = title;
        for (var number = 2; !_titles.Add(free); number++)
            free = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{title} {number}");
        return free;
    }
}
