using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Nodes;
using LockNGen.ComfyUiSimulator.Python;

namespace LockNGen.ComfyUiSimulator.Validation;

/// <summary>Converts a widget's value as Python's <c>int()</c>, <c>float()</c>, <c>str()</c> and <c>bool()</c> do, in place, and checks range and list.</summary>
internal static class ValueValidator
{
    /// <summary>Longer lists are not sent back.</summary>
    private const int MaxQuotedChoices = 20;

    /// <summary>Converts and checks one input that is not a link.</summary>
    /// <param name="input">The input.</param>
    /// <param name="inputs">The node's inputs, in which the value is replaced by the converted one.</param>
    /// <param name="checksItself">Whether the node class has its own check for this input, which replaces range and list.</param>
    /// <param name="errors">Where problems go.</param>
    public static void Validate(InputSpec input, JsonObject inputs, bool checksItself, List<JsonObject> errors)
    {
        // {"__value__": [...]} is a list that is not a link.
        if (inputs[input.Name] is JsonObject wrapped && wrapped.TryGetPropertyValue("__value__", out var inner))
            inputs[input.Name] = inner?.DeepClone();
        var received = inputs[input.Name];
        JsonNode? value;
        try
        {
            value = Convert(input.Type, received);
        }
        catch (PythonException e)
        {
            errors.Add(Error(
                input, "invalid_input_type", $"Failed to convert an input value to a {input.Type} value",
                $"{input.Name}, {PythonText.Str(received)}, {e.Message}", received, e.Message));
            return;
        }

        if (!ReferenceEquals(value, received))
            inputs[input.Name] = value;
        if (!checksItself)
            CheckBounds(input, value, errors);
    }

    private static void CheckBounds(InputSpec input, JsonNode? value, List<JsonObject> errors)
    {
        if (input.Type is "INT" or "FLOAT" && input.Config["min"] is { } min && Number(value) < Number(min))
        {
            errors.Add(Error(
                input, "value_smaller_than_min", $"Value {PythonText.Str(value)} smaller than min of {PythonText.Str(min)}", input.Name, value));
        }
        else if (input.Type is "INT" or "FLOAT" && input.Config["max"] is { } max && Number(value) > Number(max))
        {
            errors.Add(Error(
                input, "value_bigger_than_max", $"Value {PythonText.Str(value)} bigger than max of {PythonText.Str(max)}", input.Name, value));
        }
        else if (input.Choices?.Invoke() is { } choices && !IsIn(choices, value, input.IsMultiselect))
        {
            var list = choices.Count > MaxQuotedChoices
                ? string.Create(CultureInfo.InvariantCulture, $"(list of length {choices.Count})")
                : "[" + string.Join(", ", choices.Select(PythonText.Repr)) + "]";
            var error = Error(input, "value_not_in_list", "Value not in list", $"{input.Name}: {PythonText.Repr(value)} not in {list}", value);
            if (choices.Count > MaxQuotedChoices)
                error["extra_info"]!["input_config"] = null;
            errors.Add(error);
        }
    }

    private static bool IsIn(IReadOnlyList<JsonNode?> choices, JsonNode? value, bool isMultiselect) => isMultiselect && value is JsonArray several
        ? several.All(v => choices.Any(c => JsonNode.DeepEquals(c, v)))
        : choices.Any(c => JsonNode.DeepEquals(c, value));

    private static JsonNode? Convert(string type, JsonNode? value) => type switch
    {
        "INT" => ToInt(value),
        "FLOAT" => ToFloat(value),
        "STRING" when value?.GetValueKind() != JsonValueKind.String => PythonText.Str(value),
        "BOOLEAN" when value?.GetValueKind() is not (JsonValueKind.True or JsonValueKind.False) => ToBool(value),
        _ => value,
    };

    private static JsonNode? ToInt(JsonNode? value)
    {
        switch (value?.GetValueKind())
        {
            case JsonValueKind.Number:
                var text = value.ToJsonString();
                return text.AsSpan().ContainsAny('.', 'e', 'E') ? JsonNode.Parse(new BigInteger(Number(value)).ToString(CultureInfo.InvariantCulture)) : value;
            case JsonValueKind.True or JsonValueKind.False:
                return value.GetValue<bool>() ? 1 : 0;
            case JsonValueKind.String when BigInteger.TryParse(value.GetValue<string>().Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number):
                return JsonNode.Parse(number.ToString(CultureInfo.InvariantCulture));
            case JsonValueKind.String:
                throw PythonException.ValueError($"invalid literal for int() with base 10: {PythonText.Repr(value)}");
            default:
                throw PythonException.TypeError(
                    $"int() argument must be a string, a bytes-like object or a real number, not '{PythonTypeName(value)}'");
        }
    }

    private static JsonNode? ToFloat(JsonNode? value)
    {
        switch (value?.GetValueKind())
        {
            case JsonValueKind.Number:
                return value.ToJsonString().AsSpan().ContainsAny('.', 'e', 'E') ? value : PythonText.Float(Number(value));
            case JsonValueKind.True or JsonValueKind.False:
                return PythonText.Float(value.GetValue<bool>() ? 1 : 0);
            case JsonValueKind.String when double.TryParse(value.GetValue<string>().Trim(), CultureInfo.InvariantCulture, out var number) && double.IsFinite(number):
                return PythonText.Float(number);
            case JsonValueKind.String:
                throw PythonException.ValueError($"could not convert string to float: {PythonText.Repr(value)}");
            default:
                throw PythonException.TypeError($"float() argument must be a string or a real number, not '{PythonTypeName(value)}'");
        }
    }

    private static JsonNode ToBool(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.Number => Number(value) != 0,
        JsonValueKind.String => value.GetValue<string>().Length > 0,
        JsonValueKind.Object => value.AsObject().Count > 0,
        _ => false,
    };

    private static double Number(JsonNode? value) => double.Parse(value!.ToJsonString(), CultureInfo.InvariantCulture);

    private static string PythonTypeName(JsonNode? value) => value switch { null => "NoneType", JsonObject => "dict", _ => "list" };

    private static JsonObject Error(InputSpec input, string type, string message, string details, JsonNode? received, string? exception = null)
    {
        var extra = new JsonObject { ["input_name"] = input.Name, ["input_config"] = input.ToJson(), ["received_value"] = received?.DeepClone() };
        if (exception is not null)
            extra["exception_message"] = exception;
        return ValidationResult.ErrorJson(type, message, details, extra);
    }
}
