using LockNGen.GenerationApi.Workflows;

namespace LockNGen.GenerationApi.Submit;

/// <summary>Limits on a submission's labels: every read of the queue includes them.</summary>
internal static class LabelRules
{
    private const int MaxLabels = 32;
    private const int MaxLength = 128;

    public static void Check(LabelsRequest? labels, List<ProblemError> errors)
    {
        Check("labels.required", labels?.Required, errors);
        Check("labels.preferred", labels?.Preferred, errors);
    }

    private static void Check(string field, Dictionary<string, string>? labels, List<ProblemError> errors)
    {
        if (labels is null)
            return;
        if (labels.Count > MaxLabels)
            errors.Add(Error(field, ErrorCodes.TooMany, $"{field} has {labels.Count} labels; at most {MaxLabels} are allowed."));
        else if (labels.FirstOrDefault(l => l.Key.Length > MaxLength || l.Value?.Length > MaxLength) is { Key: { } name })
            errors.Add(Error(field, ErrorCodes.OutOfRange, $"{field} '{Quoted.Short(name)}' is too long: names and values have at most {MaxLength} characters."));
        else if (labels.FirstOrDefault(l => l.Value is null) is { Key: { } empty })
            errors.Add(Error(field, ErrorCodes.WrongType, $"{field} '{Quoted.Short(empty)}' must be a text."));
    }

    private static ProblemError Error(string field, string code, string message) => new() { Field = field, Code = code, Message = message };
}
