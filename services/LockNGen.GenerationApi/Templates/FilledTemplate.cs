using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Workflows;

namespace LockNGen.GenerationApi.Templates;

/// <summary>A template with values: the workflow to render, and the values as they were understood.</summary>
internal sealed record FilledTemplate(JsonObject Workflow, JsonObject Parameters, IReadOnlyList<NodeInput> OpenModels)
{
    public const int DefaultMaxLength = 10_000;

    private const string PrefixInput = "filename_prefix";

    /// <summary>Puts values and defaults into the template's workflow; those that do not fit are reported in <paramref name="errors"/>.</summary>
    public static FilledTemplate Fill(Template template, IReadOnlyDictionary<string, JsonElement> values, IReadOnlyList<NodeCatalog> catalogs, List<ProblemError> errors)
    {
        var workflow = template.Workflow.DeepClone().AsObject();
        var parameters = new JsonObject();
        var open = new List<NodeInput>();
        var fit = new Lazy<TemplateFit?>(() => TemplateFit.Of(template, catalogs, values));
        foreach (var unknown in values.Keys.Where(v => template.Parameters.All(p => p.Name != v)))
        {
            errors.Add(Error(
                unknown, ErrorCodes.UnknownParameter, $"Template '{template.Name}' has no parameter '{unknown}'. It has: {string.Join(", ", template.Parameters.Select(p => p.Name))}."));
        }

        foreach (var parameter in template.Parameters)
        {
            var value = values.TryGetValue(parameter.Name, out var given) && given.ValueKind != JsonValueKind.Null ? Read(parameter, given, errors) : Default(parameter, template, catalogs, fit);
            if (value is not null)
            {
                parameters[parameter.Name] = value.DeepClone();
                foreach (var target in parameter.Targets)
                    workflow[target.Node]!["inputs"]![target.Input] = value.DeepClone();
            }
            else if (parameter is { Type: ParameterType.Model, Required: false, Match.Count: 0 })
            {
                open.AddRange(parameter.Targets.Select(t => new NodeInput(t.Node, (string)workflow[t.Node]!["class_type"]!, t.Input)));
            }
            else if (parameter.Required && !values.ContainsKey(parameter.Name))
            {
                errors.Add(Error(parameter.Name, ErrorCodes.Required, $"{parameter.Name} is required."));
            }
        }

        MakeUnguessable(workflow, template);
        // Parsed again, so that every value is of one kind, whether it came from the file, a default or the client.
        return new FilledTemplate(JsonNode.Parse(workflow.ToJsonString())!.AsObject(), parameters, open);
    }

    /// <summary>
    /// All owners' results are in one folder of ComfyUI, numbered by prefix: if the prefix can be guessed, another workflow could
    /// load them. A prefix given by the client is the client's choice.
    /// </summary>
    private static void MakeUnguessable(JsonObject workflow, Template template)
    {
        foreach (var (id, node) in workflow)
        {
            var isGiven = template.Parameters.Any(p => p.Targets.Any(t => t.Node == id && t.Input == PrefixInput));
            if (!isGiven && node?["inputs"] is JsonObject inputs && inputs[PrefixInput] is JsonValue value && value.TryGetValue<string>(out var prefix))
                inputs[PrefixInput] = $"{prefix}-{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        }
    }

    private static JsonNode? Default(TemplateParameter parameter, Template template, IReadOnlyList<NodeCatalog> catalogs, Lazy<TemplateFit?> fit) => parameter switch
    {
        { Default: { } value } => JsonNode.Parse(value.GetRawText()),
        { Match.Count: > 0 } => fit.Value?.Models.GetValueOrDefault(parameter.Name) is { } model ? JsonValue.Create(model) : null,
        { Type: ParameterType.Seed } => JsonValue.Create(SeedsOf(parameter, template, catalogs).Draw()),
        _ => null,
    };

    /// <summary>The range that the parameter allows and its nodes accept.</summary>
    private static SeedRange SeedsOf(TemplateParameter parameter, Template template, IReadOnlyList<NodeCatalog> catalogs)
    {
        var taken = SeedRange.Of(
            from target in parameter.Targets
            from catalog in catalogs
            let known = catalog.Classes.GetValueOrDefault((string)template.Workflow[target.Node]!["class_type"]!)
            where known is not null
            from spec in known.Named(target.Input)
            select spec);
        return taken.Within(new SeedRange(ToSeed(parameter.Min ?? 0), ToSeed(parameter.Max ?? ulong.MaxValue)));
    }

    private static ulong ToSeed(decimal bound) => (ulong)Math.Clamp(bound, 0, ulong.MaxValue);

    private static JsonNode? Read(TemplateParameter parameter, JsonElement given, List<ProblemError> errors)
    {
        switch (parameter.Type)
        {
            case ParameterType.Integer:
                if (given.ValueKind != JsonValueKind.Number || !given.TryGetInt64(out var integer))
                    return Wrong("a whole number");
                return IsInRange(integer) ? JsonValue.Create(integer) : null;
            case ParameterType.Seed:
                // Also as a string, for clients whose numbers end at 2^53.
                if (PythonNumber.ToInt(given)?.Whole is not { } seed || given.ValueKind is JsonValueKind.True or JsonValueKind.False)
                    return Wrong("a whole number");
                if (seed < ulong.MinValue || seed > ulong.MaxValue)
                    return OutOfRange(seed.ToString(CultureInfo.InvariantCulture), $"between {Text(parameter.Min ?? 0)} and {Text(parameter.Max ?? ulong.MaxValue)}");
                return IsInRange((decimal)seed) ? JsonValue.Create((ulong)seed) : null;
            case ParameterType.Boolean:
                return given.ValueKind is JsonValueKind.True or JsonValueKind.False ? JsonValue.Create(given.GetBoolean()) : Wrong("true or false");
            case ParameterType.Number:
                if (given.ValueKind != JsonValueKind.Number)
                    return Wrong("a number");
                if (!given.TryGetDecimal(out var number))
                    return OutOfRange(given.GetRawText(), "a finite number of reasonable size");
                return IsInRange(number) ? JsonNode.Parse(given.GetRawText()) : null;
            default:
                if (given.ValueKind != JsonValueKind.String)
                    return Wrong("a text");
                var text = given.GetString()!;
                // A file embedded in the request may be as long as the request.
                var maxLength = parameter.MaxLength ?? (parameter.Type is ParameterType.Image or ParameterType.Video or ParameterType.Audio or ParameterType.File ? int.MaxValue : DefaultMaxLength);
                if (text.Length <= maxLength)
                    return JsonValue.Create(text);
                errors.Add(Error(parameter.Name, ErrorCodes.OutOfRange, $"{parameter.Name} has {text.Length} characters; at most {maxLength} are allowed."));
                return null;
        }

        JsonNode? Wrong(string expected)
        {
            errors.Add(Error(parameter.Name, ErrorCodes.WrongType, $"{parameter.Name} must be {expected}."));
            return null;
        }

        JsonNode? OutOfRange(string value, string allowed)
        {
            errors.Add(Error(parameter.Name, ErrorCodes.OutOfRange, $"{parameter.Name} is {value}; it must be {allowed}."));
            return null;
        }

        bool IsInRange(decimal number)
        {
            var (min, max) = (parameter.Min ?? decimal.MinValue, parameter.Max ?? decimal.MaxValue);
            if (number < min || number > max)
                OutOfRange(Text(number), $"between {Text(min)} and {Text(max)}");
            else if (parameter.Step is > 0 and var step && IsBeside(number - (parameter.Min ?? 0), step))
                OutOfRange(Text(number), $"a multiple of {Text(step)}");
            else
                return true;
            return false;
        }
    }

    /// <summary>Not a multiple, allowing for rounding errors.</summary>
    private static bool IsBeside(decimal number, decimal step) =>
        Math.Abs(number % step) is var rest && Math.Min(rest, Math.Abs(step) - rest) > 1e-9m;

    private static string Text(decimal number) => number.ToString("0.################", CultureInfo.InvariantCulture);

    private static ProblemError Error(string parameter, string code, string message) =>
        new() { Field = "parameters." + parameter, Code = code, Message = message };
}
