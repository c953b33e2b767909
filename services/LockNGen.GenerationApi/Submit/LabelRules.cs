using LockNGen.GenerationApi.Problems;

namespace LockNGen.GenerationApi.Submit;

/// <summary>What a submission may ask of instances' labels: they are few and short, and are read each time that the queue is looked through.</summary>
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
            errors.Add(new ProblemError { Field = field, Code = ErrorCodes.TooMany, Message = $"{field} has {labels.Count} labels; {MaxLabels} are allowed." });
        else if (labels.FirstOrDefault(l => l.Value is null) is { Key: { } empty })
            errors.Add(new ProblemError { Field = field, Code = ErrorCodes.WrongType, Message = $"{field} needs a text for '{Quoted.Short(empty)}'." });
        else if (labels.FirstOrDefault(l => l.Key.Length > MaxLength || l.Value.Length > MaxLength) is { Key: { } key })
            errors.Add(new ProblemError { Field = field, Code = ErrorCodes.OutOfRange, Message = $"{field} has '{Quoted.Short(key)}': names and values of labels have at most {MaxLength} characters." });
    }
}
