using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Xml.Linq;

namespace LockNGen.Contracts.Tests;

/// <summary>
/// Exports the JSON Schema (draft 2020-12) of a contract from its record: types and required properties from System.Text.Json's own metadata,
/// descriptions from the XML documentation.
/// </summary>
internal static class Schemas
{
    private static readonly Dictionary<string, XElement> Documentation = XDocument
        .Load(Path.Combine(AppContext.BaseDirectory, "LockNGen.Contracts.xml"))
        .Descendants("member")
        .ToDictionary(m => m.Attribute("name")!.Value, m => m);

    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The schema of the contract that a sample belongs to, as the text of its file.</summary>
    public static string Of(string name, Type contract)
    {
        var exported = ContractsJson.Default.Options.GetJsonSchemaAsNode(contract, new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = Transform,
        }).AsObject();
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$id"] = $"urn:lockngen:schema:{name}",
            ["title"] = contract.Name,
        };
        foreach (var (key, value) in exported)
            schema[key] = value?.DeepClone();
        if (typeof(GenerationEvent).IsAssignableFrom(contract))
        {
            schema["properties"]!["type"]!["const"] = name;
            schema["required"]!.AsArray().Insert(0, "type");
        }

        return schema.ToJsonString(Readable) + "\n";
    }

    private static JsonNode Transform(JsonSchemaExporterContext context, JsonNode schema)
    {
        // The exporter knows nothing about our own converters: it writes "true", which allows anything.
        var node = schema as JsonObject ?? [];
        // A property without a value is absent on the wire, never null.
        if (node["type"] is JsonArray types && types.FirstOrDefault(t => t!.GetValue<string>() != "null") is { } type)
            node["type"] = type.DeepClone();
        if (context.TypeInfo.Type == typeof(DateTimeOffset) || context.TypeInfo.Type == typeof(DateTimeOffset?))
        {
            node["type"] = "string";
            node["format"] = "date-time";
        }

        var member = context.PropertyInfo is { } property
            ? Summary("P:" + FullName(property.AttributeProvider as PropertyInfo))
            : Summary("T:" + context.TypeInfo.Type.FullName);
        if (member is not null && !node.ContainsKey("description"))
            node["description"] = member;
        return node.Count > 0 ? node : schema;
    }

    private static string FullName(PropertyInfo? property) => $"{property?.DeclaringType?.FullName}.{property?.Name}";

    private static string? Summary(string member)
    {
        if (!Documentation.TryGetValue(member, out var element) || element.Element("summary") is not { } summary)
            return null;
        var text = string.Concat(summary.Nodes().Select(n => n switch
        {
            XText t => t.Value,
            XElement { Name.LocalName: "see" } see => see.Attribute("cref")?.Value.Split('(')[0].Split('.')[^1] ?? "",
            XElement e => e.Value,
            _ => "",
        }));
        return string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
