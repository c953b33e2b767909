using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace LockNGen.IntegrationTests.Docs;

/// <summary>The settings of assemblies as one Markdown chapter: every type with a <c>Section</c>, found by reflection, described by its own comments.</summary>
internal sealed class SettingsTable(params IReadOnlyList<Assembly> assemblies)
{
    private readonly XmlDocs _docs = new(assemblies);

    public string Write()
    {
        var text = new StringBuilder();
        var types = assemblies.SelectMany(a => a.GetTypes()).Where(t => SectionOf(t) is not null);
        foreach (var type in types.OrderBy(SectionOf, StringComparer.Ordinal).ThenBy(t => t.Name, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"### {SectionOf(type)}\n\n{_docs.Of(type)}\n\n");
            text.Append("| setting | environment variable | default | allowed | what it is |\n| --- | --- | --- | --- | --- |\n");
            WriteRows(text, SectionOf(type)!, type);
            text.Append('\n');
        }

        return text.ToString();
    }

    private void WriteRows(StringBuilder text, string prefix, Type type)
    {
        var defaults = Activator.CreateInstance(type);
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(IsSetting))
        {
            var key = prefix + ":" + property.Name + KeyOfItem(property.PropertyType);
            text.Append(CultureInfo.InvariantCulture, $"| `{key}` | `{key.Replace(":", "__", StringComparison.Ordinal)}` ")
                .Append(CultureInfo.InvariantCulture, $"| {Default(property.GetValue(defaults))} | {Allowed(property)} | {Escape(_docs.Of(property))} |\n");
            if (ItemOf(property.PropertyType) is { } item && item != typeof(string) && item.IsClass)
                WriteRows(text, key, item);
        }
    }

    private static string? SectionOf(Type type) =>
        type.Name.EndsWith("Options", StringComparison.Ordinal) ? type.GetField("Section")?.GetRawConstantValue() as string : null;

    /// <summary>Collections are filled by the binder; anything else without a setter is derived from other settings.</summary>
    private static bool IsSetting(PropertyInfo property) => property.CanWrite || ItemOf(property.PropertyType) is not null;

    private static Type? ItemOf(Type type) => type.IsGenericType && type.IsAssignableTo(typeof(IEnumerable)) ? type.GetGenericArguments()[^1] : null;

    private static string KeyOfItem(Type type) => type.IsGenericType && ItemOf(type) is not null ? type.GetGenericArguments().Length == 2 ? ":NAME" : ":N" : "";

    private static string Default(object? value) => value switch
    {
        null or "" => "",
        string text when text.Contains(Environment.MachineName, StringComparison.Ordinal) => "(of the process)",
        string text => $"`{text}`",
        bool flag => flag ? "`true`" : "`false`",
        TimeSpan time => $"`{time.ToString("c", CultureInfo.InvariantCulture)}`",
        IEnumerable => "none",
        _ => $"`{Convert.ToString(value, CultureInfo.InvariantCulture)}`",
    };

    private static string Allowed(PropertyInfo property)
    {
        if (property.PropertyType.IsEnum)
            return string.Join(", ", Enum.GetNames(property.PropertyType).Select(n => $"`{n}`"));
        if (property.PropertyType == typeof(bool))
            return "`true`, `false`";
        return string.Join("; ", property.GetCustomAttributes<ValidationAttribute>().Select(a => a switch
        {
            RangeAttribute { Maximum: >= (double)long.MaxValue } range => string.Create(CultureInfo.InvariantCulture, $"`{range.Minimum}` or more"),
            RangeAttribute range => string.Create(CultureInfo.InvariantCulture, $"`{range.Minimum}` to `{range.Maximum}`"),
            RegularExpressionAttribute expression => $"`{Escape(expression.Pattern)}`",
            UrlAttribute => "an absolute address",
            RequiredAttribute => "not empty",
            _ => throw new InvalidOperationException($"{property.Name}: no words for {a.GetType().Name}."),
        }));
    }

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
