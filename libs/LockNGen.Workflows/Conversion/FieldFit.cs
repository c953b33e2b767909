using System.Text.Json;

namespace LockNGen.Workflows.Conversion;

/// <summary>How badly a saved value fits a field: 0 is a perfect fit.</summary>
internal static class FieldFit
{
    private const double Odd = 1;
    private const double Wrong = 2;
    private const double Impossible = 4;

    public static double Cost(Field field, JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
            return 0;
        if (field.Input is not { } input)
            return IsControl(value) || value.ValueKind is JsonValueKind.True or JsonValueKind.False || value.ValueKind == JsonValueKind.String && value.GetString()!.Length == 0 ? 0 : Impossible;
        if (input.IsList)
            return CostInList(field, value);
        return input.FieldType switch
        {
            "INT" => IsNumber(value, out var number) ? number % 1 == 0 ? OutOfRange(field, number) : Wrong : Impossible,
            "FLOAT" => IsNumber(value, out var number) ? OutOfRange(field, number) : Impossible,
            "BOOLEAN" => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? 0 : Impossible,
            "STRING" => value.ValueKind == JsonValueKind.String ? IsControl(value) ? Wrong : 0 : Impossible,
            _ => 0,
        };
    }

    /// <summary>Whether it says how another value changes after each run.</summary>
    public static bool IsControl(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is "fixed" or "increment" or "decrement" or "randomize" or "increment-wrap";

    private static double CostInList(Field field, JsonElement value)
    {
        var choices = field.Input!.Choices;
        if (choices.Any(c => JsonElement.DeepEquals(c, value)))
            return 0;
        if (value.ValueKind != JsonValueKind.String)
            return Impossible;
        // A server that lacks the model lists other files, or none.
        if (choices.Count == 0 || choices.Any(c => LooksLikeFile(c)) && LooksLikeFile(value))
            return 0;
        return IsControl(value) ? Impossible : LooksLikeFile(value) ? Wrong : Odd;
    }

    private static bool LooksLikeFile(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is { } text && text.Length - text.LastIndexOf('.') is > 1 and <= 12 && text.Contains('.', StringComparison.Ordinal);

    private static bool IsNumber(JsonElement value, out double number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out number);
    }

    private static double OutOfRange(Field field, double number)
    {
        var options = field.Input!.Options;
        return Bound(options, "min") > number || Bound(options, "max") < number ? Odd : 0;
    }

    private static double? Bound(JsonElement options, string name) =>
        options.ValueKind == JsonValueKind.Object && options.TryGetProperty(name, out var bound) && bound.ValueKind == JsonValueKind.Number ? bound.GetDouble() : null;
}
