using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Catalog;
using LockNGen.Web.Authentication;

namespace LockNGen.GenerationApi.Templates;

/// <summary>Responses about templates.</summary>
internal static class TemplateResponses
{
    /// <summary>A template; with its workflow and targets if it is requested by name.</summary>
    public static TemplateResponse Of(SavedTemplate saved, TemplateFit? fit, Caller caller, IReadOnlyList<NodeCatalog> catalogs, bool isWhole) => new()
    {
        Name = saved.Template.Name,
        Title = saved.Template.Title,
        Description = saved.Template.Description,
        Version = saved.IsFile ? null : saved.Version,
        Visibility = saved.IsPublic ? TemplateStore.Everyone : TemplateStore.Private,
        Order = saved.Order,
        Picture = saved.Picture,
        Missing = fit?.Missing ?? [],
        Editable = !saved.IsFile && (caller.IsAdmin || saved.Owner is not null && saved.Owner == caller.Owner),
        Workflow = isWhole ? JsonElement.Parse(saved.Template.Workflow.ToJsonString()) : null,
        Parameters =
        [
            .. saved.Template.Parameters.Select(p => new ParameterResponse
            {
                Name = p.Name,
                Title = p.Title,
                Type = JsonNamingPolicy.CamelCase.ConvertName(p.Type.ToString()),
                Required = p.Required,
                Default = p.Default,
                Min = p.Min,
                Max = p.Max,
                Step = p.Step,
                MaxLength = p.Type == ParameterType.Text ? p.MaxLength ?? FilledTemplate.DefaultMaxLength : null,
                Advanced = p.Advanced ? true : null,
                Choices = p.Type is ParameterType.Choice or ParameterType.Model && p.Targets is [var target, ..] ? Choices(saved.Template.Workflow, target.Node, target.Input, catalogs) : null,
                Match = isWhole && p.Match.Count > 0 ? p.Match : null,
                Avoid = isWhole && p.Avoid.Count > 0 ? p.Avoid : null,
                Targets = isWhole ? [.. p.Targets.Select(t => new TargetResponse(t.Node, t.Input))] : null,
            }),
        ],
    };

    /// <summary>The choices that any instance offers for an input.</summary>
    public static IReadOnlyList<string> Choices(JsonObject workflow, string node, string input, IReadOnlyList<NodeCatalog> catalogs)
    {
        var classType = (string)workflow[node]!["class_type"]!;
        return [.. catalogs.SelectMany(c => c.InputsNamed(classType, input)).SelectMany(i => i.Choices?.Names ?? []).Select(ChoiceList.AsPath).Distinct()];
    }
}
