using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LockNGen.GenerationApi.Workflows;
using LockNGen.Hosting;

namespace LockNGen.GenerationApi.Templates;

/// <summary>Creates a template from a request, or lists everything that is wrong with it.</summary>
internal static partial class TemplateReader
{
    private const int MaxParameters = 200;
    private const int MaxTargets = 100;
    private const int MaxPatterns = 50;
    private const int MaxTitle = 200;
    private const int MaxDescription = 4_000;
    private const int MaxPicture = 200_000;

    public static Template? Read(TemplateBody body, string? name, List<ProblemError> errors)
    {
        if (string.IsNullOrWhiteSpace(body.Title))
            Add("title", ErrorCodes.Required, "title is required.");
        else if (body.Title.Length > MaxTitle)
            Add("title", ErrorCodes.OutOfRange, $"title has at most {MaxTitle} characters.");
        if (body.Description?.Length > MaxDescription)
            Add("description", ErrorCodes.OutOfRange, $"description has at most {MaxDescription} characters.");
        name ??= body.Name ?? NameOf(body.Title ?? "");
        if (!NameForm().IsMatch(name))
            Add("name", ErrorCodes.WrongType, $"name '{Quoted.Short(name)}' must be 1 to 64 letters, digits, - and _, and begin with a letter or digit.");
        if (body.Visibility is not (null or TemplateStore.Everyone or TemplateStore.Private))
            Add("visibility", ErrorCodes.NotAChoice, $"visibility is {TemplateStore.Private} or {TemplateStore.Everyone}.");
        if (body.Picture is { Length: > 0 } picture && (picture.Length > MaxPicture || !PictureForm().IsMatch(picture)))
            Add("picture", ErrorCodes.OutOfRange, $"picture must be a data URI of image/png, image/jpeg or image/webp in base64, with at most {MaxPicture:N0} characters.");
        if (body.Workflow is not { ValueKind: JsonValueKind.Object } element)
        {
            Add("workflow", ErrorCodes.Required, "workflow is required: an object, a ComfyUI workflow in API format.");
            return null;
        }

        var workflow = JsonNode.Parse(element.GetRawText())!.AsObject();
        if (WorkflowGraph.Read(workflow, errors) is null)
            return null;
        var parameters = ReadParameters(body.Parameters ?? [], workflow, errors);
        return errors.Count > 0 ? null : new Template { Name = name, Title = body.Title!.Trim(), Description = body.Description, Parameters = parameters, Workflow = workflow };

        void Add(string field, string code, string message) => errors.Add(new ProblemError { Field = field, Code = code, Message = message });
    }

    private static List<TemplateParameter> ReadParameters(IReadOnlyList<ParameterBody> bodies, JsonObject workflow, List<ProblemError> errors)
    {
        var parameters = new List<TemplateParameter>();
        if (bodies.Count > MaxParameters)
            errors.Add(new ProblemError { Field = "parameters", Code = ErrorCodes.TooMany, Message = $"A template has at most {MaxParameters} parameters." });
        foreach (var (body, index) in bodies.Take(MaxParameters).Select((b, i) => (b, i)))
        {
            var field = $"parameters[{index}]";
            if (body.Name is null || !ParameterForm().IsMatch(body.Name))
                Add(field + ".name", ErrorCodes.WrongType, $"{field}.name must be a letter followed by at most 63 letters, digits and _.");
            else if (parameters.Exists(p => p.Name == body.Name))
                Add(field + ".name", ErrorCodes.NotAChoice, $"There are two parameters '{body.Name}'.");
            if (!Enum.TryParse<ParameterType>(body.Type, ignoreCase: true, out var type) || int.TryParse(body.Type, out _))
                Add(field + ".type", ErrorCodes.NotAChoice, $"{field}.type '{Quoted.Short(body.Type ?? "")}' is not one of: {string.Join(", ", Enum.GetNames<ParameterType>().Select(JsonNamingPolicy.CamelCase.ConvertName))}.");
            if (new[] { body.Match, body.Avoid }.Any(l => l?.Count > MaxPatterns || l?.Any(p => p is not { Length: > 0 and <= MaxTitle }) == true))
                Add(field + ".match", ErrorCodes.OutOfRange, $"{field}.match and avoid have at most {MaxPatterns} names, each of 1 to {MaxTitle} characters.");
            if (body.Min > body.Max)
                Add(field + ".min", ErrorCodes.OutOfRange, $"{field}.min is larger than max.");
            if (body.Targets is not { Count: > 0 and <= MaxTargets } targets)
                Add(field + ".targets", ErrorCodes.Required, $"{field}.targets must have 1 to {MaxTargets} inputs of nodes.");
            else if (targets.FirstOrDefault(t => t is null || workflow[t.Node ?? ""] is not JsonObject node || node["inputs"] is not JsonObject || string.IsNullOrEmpty(t.Input)) is { } wrong)
                Add(field + ".targets", ErrorCodes.BadLink, $"{field} goes to node '{Quoted.Short(wrong.Node ?? "")}', which the workflow does not have.");
            else if (body.Name is not null)
                parameters.Add(Parameter(body, type, targets));
        }

        return parameters;

        void Add(string field, string code, string message) => errors.Add(new ProblemError { Field = field, Code = code, Message = message });
    }

    private static TemplateParameter Parameter(ParameterBody body, ParameterType type, IReadOnlyList<TargetResponse> targets) => new()
    {
        Name = body.Name!,
        Type = type,
        Title = body.Title?.Truncate(MaxTitle),
        Required = body.Required == true,
        Default = body.Default is { ValueKind: not JsonValueKind.Null } value ? value : null,
        Min = body.Min,
        Max = body.Max,
        Step = body.Step,
        MaxLength = body.MaxLength,
        Advanced = body.Advanced == true,
        Match = body.Match ?? [],
        Avoid = body.Avoid ?? [],
        Targets = [.. targets.Select(t => new TemplateTarget(t.Node, t.Input))],
    };

    private static string NameOf(string title)
    {
        var name = Others().Replace(title.Trim(), "-").Trim('-', '_');
        return name.Length == 0 ? "template-" + Guid.NewGuid().ToString("N")[..8] : name.Truncate(64);
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", RegexOptions.NonBacktracking)]
    private static partial Regex NameForm();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_]{0,63}$", RegexOptions.NonBacktracking)]
    private static partial Regex ParameterForm();

    [GeneratedRegex("^data:image/(png|jpeg|webp);base64,[A-Za-z0-9+/=]+$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex PictureForm();

    [GeneratedRegex("[^A-Za-z0-9_-]+", RegexOptions.NonBacktracking)]
    private static partial Regex Others();
}
