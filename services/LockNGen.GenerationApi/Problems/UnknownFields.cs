using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LockNGen.Hosting;

namespace LockNGen.GenerationApi.Problems;

/// <summary>Finds fields that a request does not have: mistyped ones would otherwise be silently ignored.</summary>
internal static class UnknownFields
{
    private const int MaxErrors = 20;
    private const int MaxShown = 100;

    public static IReadOnlyList<ProblemError> In(JsonElement body, JsonTypeInfo type)
    {
        var errors = new List<ProblemError>();
        Find(body, type, "", errors);
        return errors;
    }

    private static void Find(JsonElement body, JsonTypeInfo type, string path, List<ProblemError> errors)
    {
        if (type.Kind != JsonTypeInfoKind.Object || type.Properties.Count == 0 || body.ValueKind != JsonValueKind.Object)
            return;
        foreach (var member in body.EnumerateObject())
        {
            if (errors.Count == MaxErrors)
                return;
            if (type.Properties.FirstOrDefault(p => string.Equals(p.Name, member.Name, StringComparison.OrdinalIgnoreCase)) is { } known)
                Find(member.Value, type.Options.GetTypeInfo(known.PropertyType), path + known.Name + ".", errors);
            else
                errors.Add(Unknown(member.Name, path, [.. type.Properties.Select(p => p.Name)]));
        }
    }

    private static ProblemError Unknown(string name, string path, IReadOnlyList<string> known)
    {
        var shown = path + name.Shorten(MaxShown);
        return new ProblemError
        {
            Field = shown,
            Code = ErrorCodes.UnknownField,
            Message = $"There is no field '{shown}': did you mean '{path}{NearestNames.Of(name, known, 1)[0]}'? There are: {string.Join(", ", known)}.",
        };
    }
}
