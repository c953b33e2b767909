using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Problems;
using LockNGen.GenerationApi.Submit;

namespace LockNGen.GenerationApi.Templates;

/// <summary>A template with values: the workflow to render, and the values as they were understood.</summary>
internal sealed record FilledTemplate(JsonObject Workflow, JsonObject Parameters, IReadOnlyList<NodeInput> OpenModels)
{
    /// <summary>The largest seed that JavaScript reads exactly, with room for a batch.</summary>
    private const long MaxRandomSeed = 9_007_199_254_000_000;

    public const int DefaultMaxLength = 10_000;

    private const string PrefixInput = "filename_prefix";

    /// <summary>Puts values and defaults into the template's workflow; what does not fit goes into <paramref name="errors"/>.</summary>
    public static FilledTemplate Fill(Template template, IReadOnlyDictionary<string, JsonElement> values, List<ProblemError> errors)
    {
        var workflow = template.Workflow.DeepClone().AsObject();
        var parameters = new JsonObject();
        var open = new List<NodeInput>();
        foreach (var unknown in values.Keys.Where(v => template.Parameters.All(p => p.Name != v)))
        {
            errors.Add(Error(
                unknown, ErrorCodes.UnknownParameter, $"Template '{template.Name}' has no parameter '{unknown}'. It has: {string.Join(", ", template.Parameters.Select(p => p.Name))}."));
        }

        foreach (var parameter in template.Parameters)
        {
            var value = values.TryGetValue(parameter.Name, out var given) && given.ValueKind != JsonValueKind.Null ? Read(parameter, given, errors) : Default(parameter);
            if (value is not null)
            {
                parameters[parameter.Name] = value.DeepClone();
                foreach (var target in parameter.Targets)
                    workflow[target.Node]!["inputs"]![target.Input] = value.DeepClone();
            }
            else if (parameter.Type == ParameterType.Model && !parameter.Required)
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
    /// All owners' results lie in one folder of ComfyUI, numbered by their prefix: with a prefix that can be guessed, another workflow could
    /// load them. One that the client gave is the client's choice.
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

    private static JsonNode? Default(TemplateParameter parameter) => parameter switch
    {
        { Default: { } value } => JsonNode.Parse(value.GetRawText()),
        { Type: ParameterType.Seed } => JsonValue.Create(Random.Shared.NextInt64(MaxRandomSeed)),
        _ => null,
    };

    private static JsonNode? Read(TemplateParameter parameter, JsonElement given, List<ProblemError> errors)
    {
        switch (parameter.Type)
        {
            case ParameterType.Integer or ParameterType.Seed:
                if (given.ValueKind != JsonValueKind.Number || !given.TryGetInt64(out var integer))
                    return Wrong("a whole number");
                return IsInRange(integer) ? JsonValue.Create(integer) : null;
            case ParameterType.Number:
                if (given.ValueKind != JsonValueKind.Number)
                    return Wrong("a number");
                return IsInRange(given.GetDouble()) ? JsonNode.Parse(given.GetRawText()) : null;
            default:
                if (given.ValueKind != JsonValueKind.String)
                    return Wrong("a text");
                var text = given.GetString()!;
                var maxLength = parameter.MaxLength ?? DefaultMaxLength;
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

        bool IsInRange(double number)
        {
            var (min, max) = (parameter.Min ?? double.MinValue, parameter.Max ?? double.MaxValue);
            if (number < min || number > max)
                errors.Add(Error(parameter.Name, ErrorCodes.OutOfRange, $"{parameter.Name} is {Text(number)}; it must be between {Text(min)} and {Text(max)}."));
            else if (parameter.Step is { } step && Math.Abs(Math.IEEERemainder(number - (parameter.Min ?? 0), step)) > 1e-9)
                errors.Add(Error(parameter.Name, ErrorCodes.OutOfRange, $"{parameter.Name} is {Text(number)}; it must be a multiple of {Text(step)}."));
            else
                return true;
            return false;
        }
    }

    private static string Text(double number) => number.ToString("0.################", CultureInfo.InvariantCulture);

    private static ProblemError Error(string parameter, string code, string message) =>
        new() { Field = "parameters." + parameter, Code = code, Message = message };
}
