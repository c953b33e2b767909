using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LockNGen.GenerationApi.Workflows;

/// <summary>A number as in Python: whole ones of any size, and floats. Converted from JSON as <c>int()</c> and <c>float()</c> convert.</summary>
internal readonly partial record struct PythonNumber
{
    /// <summary>Python refuses to read longer ones.</summary>
    private const int MaxDigits = 4300;

    private readonly BigInteger? _whole;
    private readonly double _real;

    private PythonNumber(BigInteger whole) => _whole = whole;

    private PythonNumber(double real) => _real = real;

    /// <summary>The whole number, if it is one.</summary>
    public BigInteger? Whole => _whole;

    /// <summary>The whole number, if it is one and fits.</summary>
    public long? Int64 => _whole is { } whole && whole >= long.MinValue && whole <= long.MaxValue ? (long)whole : null;

    /// <summary>A JSON number as it is; null if it is not a number.</summary>
    public static PythonNumber? Of(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Number)
            return null;
        var text = json.GetRawText();
        return text.AsSpan().ContainsAny('.', 'e', 'E') ? new PythonNumber(json.GetDouble()) : new PythonNumber(BigInteger.Parse(text, CultureInfo.InvariantCulture));
    }

    /// <summary><c>int(value)</c>: "64", " 64 ", 64.7 and true are whole numbers, "64.0" and null are not.</summary>
    public static PythonNumber? ToInt(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.True => new PythonNumber(BigInteger.One),
        JsonValueKind.False => new PythonNumber(BigInteger.Zero),
        JsonValueKind.Number when Of(json) is { } number => number._whole is not null ? number : double.IsFinite(number._real) ? new PythonNumber(new BigInteger(number._real)) : null,
        JsonValueKind.String when Digits(json) is { Length: <= MaxDigits } text && Integer().IsMatch(text) =>
            new PythonNumber(BigInteger.Parse(text.Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture)),
        _ => null,
    };

    /// <summary><c>float(value)</c>.</summary>
    public static PythonNumber? ToFloat(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.True => new PythonNumber(1.0),
        JsonValueKind.False => new PythonNumber(0.0),
        JsonValueKind.Number when Of(json) is { } number => number._whole is { } whole ? FromWhole(whole) : number,
        JsonValueKind.String when Digits(json) is { } text => FromText(text),
        _ => null,
    };

    public static bool operator <(PythonNumber a, PythonNumber b) => a._whole is { } x && b._whole is { } y ? x < y : a.AsDouble() < b.AsDouble();

    public static bool operator >(PythonNumber a, PythonNumber b) => b < a;

    public override string ToString() => _whole?.ToString(CultureInfo.InvariantCulture) ?? _real.ToString("R", CultureInfo.InvariantCulture);

    private double AsDouble() => _whole is { } whole ? (double)whole : _real;

    /// <summary>Whole numbers too large for a float are an error in Python.</summary>
    private static PythonNumber? FromWhole(BigInteger whole) => double.IsFinite((double)whole) ? new PythonNumber((double)whole) : null;

    private static PythonNumber? FromText(string text) => text.TrimStart('+', '-').ToLowerInvariant() switch
    {
        "inf" or "infinity" => new PythonNumber(text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity),
        "nan" => new PythonNumber(double.NaN),
        _ => Real().IsMatch(text) ? new PythonNumber(double.Parse(text.Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture)) : null,
    };

    /// <summary>Trimmed, with the digits of all scripts converted to ASCII.</summary>
    private static string Digits(JsonElement json) =>
        string.Concat(json.GetString()!.Trim().Select(c => char.IsDigit(c) ? (char)('0' + (int)char.GetNumericValue(c)) : c));

    [GeneratedRegex(@"^[+-]?[0-9]+(_[0-9]+)*$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Integer();

    [GeneratedRegex(@"^[+-]?([0-9]+(_[0-9]+)*\.?([0-9]+(_[0-9]+)*)?|\.[0-9]+(_[0-9]+)*)([eE][+-]?[0-9]+(_[0-9]+)*)?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Real();
}
