using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Generations;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Templates;

/// <summary>The shipped templates and the operator's; a file of the operator replaces the shipped one of that name. Read once, at start.</summary>
internal sealed partial class TemplateCatalog
{
    private readonly Dictionary<string, Template> _templates = [];

    public TemplateCatalog(IOptions<GenerationApiOptions> options, ILogger<TemplateCatalog> logger)
    {
        Load(Path.Combine(AppContext.BaseDirectory, "Templates"));
        if (options.Value.TemplatesPath is { } own)
            Load(own);
        LogLoaded(logger, _templates.Count);
    }

    /// <summary>All templates, in their order.</summary>
    public IEnumerable<Template> All => _templates.Values.OrderBy(t => t.Order).ThenBy(t => t.Name, StringComparer.Ordinal);

    public Template? Find(string name) => _templates.GetValueOrDefault(name);

    private void Load(string directory)
    {
        if (!Directory.Exists(directory))
            throw new OptionsValidationException("GenerationApi:TemplatesPath", typeof(GenerationApiOptions), [$"The templates directory '{directory}' does not exist."]);
        foreach (var file in Directory.EnumerateFiles(directory, "*.json").Order(StringComparer.Ordinal))
        {
            var template = Read(file);
            _templates[template.Name] = template;
        }
    }

    private static Template Read(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var template = JsonSerializer.Deserialize(stream, TemplateJson.Default.Template) ?? throw new JsonException("it is null.");
            foreach (var (parameter, target) in template.Parameters.SelectMany(p => p.Targets.Select(t => (p, t))))
            {
                if (template.Workflow[target.Node] is not JsonObject node || node["inputs"] is not JsonObject)
                    throw new JsonException($"Parameter '{parameter.Name}' goes to node '{target.Node}', which the workflow does not have.");
            }

            return template;
        }
        catch (JsonException e)
        {
            throw new OptionsValidationException("GenerationApi:TemplatesPath", typeof(GenerationApiOptions), [$"The template {file} cannot be read: {e.Message}"]);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Count} templates can be used")]
    private static partial void LogLoaded(ILogger logger, int count);
}
