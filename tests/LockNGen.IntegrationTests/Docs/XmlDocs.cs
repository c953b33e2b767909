using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace LockNGen.IntegrationTests.Docs;

/// <summary>The summaries that the compiler wrote beside assemblies, as Markdown text of one line.</summary>
internal sealed partial class XmlDocs
{
    private readonly Dictionary<string, XElement> _members;

    public XmlDocs(IEnumerable<Assembly> assemblies) => _members = assemblies
        .SelectMany(assembly => XDocument.Load(System.IO.Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member"))
        .ToDictionary(m => m.Attribute("name")!.Value);

    public string Of(Type type) => Of($"T:{type.FullName}");

    public string Of(PropertyInfo property) => Of($"P:{property.DeclaringType!.FullName}.{property.Name}");

    private string Of(string member)
    {
        if (!_members.TryGetValue(member, out var element))
            throw new InvalidOperationException($"{member} has no documentation; the settings' descriptions come from there.");
        return element.Element("inheritdoc")?.Attribute("cref") is { } other ? Of(other.Value) : OneLine(string.Concat(element.Element("summary")!.Nodes().Select(Text)));
    }

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" } see => $"`{see.Attribute("cref")!.Value.Split('.')[^1]}`",
        XElement code => $"`{code.Value}`",
        _ => "",
    };

    private static string OneLine(string text) => WhiteSpace().Replace(text, " ").Trim();

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
