using System.Text.Json;
using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Workflows;

namespace LockNGen.GenerationApi.Validation;

/// <summary>Checks a value that is not a link: converted as ComfyUI converts it, then range and list. Types unknown to us restrict nothing.</summary>
internal static class ValueCheck
{
    public static CatalogError? FindProblem(WorkflowNode node, NodeInputSpec spec, JsonElement value)
    {
        var number = spec.Type switch
        {
            "INT" => PythonNumber.ToInt(value),
            "FLOAT" => PythonNumber.ToFloat(value),
            _ => PythonNumber.Of(value),
        };
        if (number is null && spec.Type is "INT" or "FLOAT")
            return Error(ErrorCodes.WrongType, $"{spec.Name} is {Text(value)}, which is no {(spec.Type == "INT" ? "whole number" : "number")} ({spec.Type}){Range(spec)}.");
        if (number is { } given && !spec.IsUpload && (given < PythonNumber.Of(spec.Min) || given > PythonNumber.Of(spec.Max)))
            return Error(ErrorCodes.OutOfRange, $"{spec.Name} is {given}{Range(spec)}.");
        if (spec.Choices is not { } choices || IsIn(choices, value, spec.IsMultiselect))
            return null;
        var name = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        var code = ModelFolders.Of(node.ClassType, spec.Name) is not null || ModelFolders.IsModelFile(name) ? ErrorCodes.MissingModel : ErrorCodes.NotAChoice;
        return Error(code, $"{spec.Name} {Text(value)} is not one of the {choices.Count} that exist.") with { Name = name, Candidates = choices.Names.Where(n => UploadName.In(n) is null) };

        CatalogError Error(string errorCode, string message) => new(NodeErrors.Of(node, spec.Name, errorCode, message));
    }

    private static bool IsIn(ChoiceList choices, JsonElement value, bool isMultiselect) =>
        isMultiselect && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().All(choices.Contains) : choices.Contains(value);

    private static string Range(NodeInputSpec spec) => (PythonNumber.Of(spec.Min), PythonNumber.Of(spec.Max)) switch
    {
        ({ } min, { } max) => $"; it must be between {min} and {max}",
        ({ } min, null) => $"; it must be at least {min}",
        (null, { } max) => $"; it must be at most {max}",
        _ => "",
    };

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? $"'{Quoted.Short(value.GetString()!)}'" : Quoted.Short(value.GetRawText());
}
