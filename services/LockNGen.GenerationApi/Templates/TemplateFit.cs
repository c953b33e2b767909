using System.IO.Enumeration;
using System.Text.Json;
using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Workflows;

namespace LockNGen.GenerationApi.Templates;

/// <summary>How well an instance can run a template: the models it would use, and what it lacks.</summary>
internal sealed record TemplateFit(IReadOnlyDictionary<string, string> Models, IReadOnlyList<TemplateLack> Missing)
{
    /// <summary>The fit of the instance that lacks least; null if no instance has reported its catalog. Given models count as required.</summary>
    public static TemplateFit? Of(Template template, IReadOnlyList<NodeCatalog> catalogs, IReadOnlyDictionary<string, JsonElement>? values = null) =>
        catalogs.Distinct().Select(c => In(template, c, values)).MinBy(f => f.Missing.Count);

    /// <summary>Whether, on some instance, the model that a template would use by default is of a kind it is made for.</summary>
    public static bool IsAtHome(Template template, IReadOnlyList<NodeCatalog> catalogs) =>
        catalogs.Count == 0 || template.Parameters.Where(p => p.Match.Count == 0 && p.Avoid.Count > 0).All(p => catalogs.Any(c => Names(template, p, c).FirstOrDefault() is { } first && !IsLike(p.Avoid, first)));

    private static TemplateFit In(Template template, NodeCatalog catalog, IReadOnlyDictionary<string, JsonElement>? values)
    {
        var missing = template.Workflow.Select(n => ClassOf(template, n.Key)).Distinct().Where(c => !catalog.Has(c))
            .Select(c => new TemplateLack(ErrorCodes.UnknownNodeClass, $"No node class '{c}'.") { NodeType = c }).ToList();
        var models = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var parameter in template.Parameters.Where(p => p.Match.Count > 0 && catalog.Has(ClassOf(template, p.Targets[0].Node))))
        {
            var names = Names(template, parameter, catalog);
            if (values is not null && values.TryGetValue(parameter.Name, out var given) && given.ValueKind == JsonValueKind.String)
            {
                if (!names.Contains(ChoiceList.AsPath(given.GetString()!)))
                    missing.Add(Lack($"No model '{Quoted.Short(given.GetString()!)}'."));
            }
            else if (parameter.Match.SelectMany(m => names.Where(n => IsLike([m], n) && !IsLike(parameter.Avoid, n))).FirstOrDefault() is { } name)
            {
                models[parameter.Name] = name;
            }
            else
            {
                missing.Add(Lack($"No model for {parameter.Title ?? parameter.Name}, like {string.Join(" or ", parameter.Match)}."));
            }

            TemplateLack Lack(string message) =>
                new(ErrorCodes.MissingModel, message) { NodeType = ClassOf(template, parameter.Targets[0].Node), Input = parameter.Targets[0].Input, Parameter = parameter.Name };
        }

        return new TemplateFit(models, missing);
    }

    private static List<string> Names(Template template, TemplateParameter parameter, NodeCatalog catalog) =>
    [
        .. catalog.InputsNamed(ClassOf(template, parameter.Targets[0].Node), parameter.Targets[0].Input).SelectMany(i => i.Choices?.Names ?? []).Select(ChoiceList.AsPath),
    ];

    private static bool IsLike(IReadOnlyList<string> patterns, string name) => patterns.Any(p => FileSystemName.MatchesSimpleExpression(p, name));

    private static string ClassOf(Template template, string node) => (string)template.Workflow[node]!["class_type"]!;
}
