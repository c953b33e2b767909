using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Files;

namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>
/// Node classes known only from a live server's catalog. They pass on their inputs, or something of the right type; output
/// nodes show pictures, texts and files, or what a test scripts (<see cref="ScriptedOutputs"/>).
/// </summary>
internal static class LiveNodes
{
    public static NodeDefinition Create(string name, JsonObject live, IFileStore files)
    {
        var (inputs, outputs, isOutput) = (Inputs(live), Outputs(live), IsOutput(live));
        return new NodeDefinition
        {
            ClassType = name,
            Category = "live",
            Inputs = inputs,
            Outputs = outputs,
            IsOutput = isOutput,
            Live = live,
            Validate = sent => FindMissingFile(inputs, sent, files),
            RunAsync = inputs.Any(i => i.Type == "SAMPLER") && outputs.Any(o => o.Type == "LATENT")
                ? context => SamplingNodes.SampleAsync(context, outputs.Length)
                : context => Task.FromResult(new NodeResult(LiveValues.Of(context, outputs), isOutput ? LiveFiles.Show(context, name) : null)),
        };
    }

    /// <summary>The inputs under <c>input</c>, or under <c>inputs</c> as in a choice's options, required ones first.</summary>
    public static InputSpec[] Inputs(JsonObject holder)
    {
        var groups = holder["input"] as JsonObject ?? holder["inputs"] as JsonObject ?? [];
        return [.. Of("required", true), .. Of("optional", false)];

        IEnumerable<InputSpec> Of(string category, bool isRequired) =>
            from input in groups[category] as JsonObject ?? []
            where input.Value is JsonArray
            select InputSpec.FromJson(input.Key, input.Value.AsArray(), isRequired);
    }

    /// <summary>A class whose catalog lists no outputs gets one of any type.</summary>
    public static OutputSlot[] Outputs(JsonObject live) => live["output"] is JsonArray types
        ? [.. types.Select(t => new OutputSlot(t is JsonValue ? t.ToString() : "COMBO"))]
        : [new OutputSlot("*")];

    public static bool IsOutput(JsonObject live) => live["output_node"] is JsonValue value && value.TryGetValue(out bool isOutput) && isOutput;

    /// <summary>Files are looked up by their name, not in the catalog's list.</summary>
    private static (string, string)? FindMissingFile(InputSpec[] inputs, JsonObject sent, IFileStore files)
    {
        foreach (var input in inputs.Where(i => i.IsUpload))
        {
            if (sent[input.Name] is not JsonValue value)
                continue;
            var name = AnnotatedName.Parse(value.ToString());
            if (FilePath.Normalize(name.Name) is not { } path || files.Read(name.Kind ?? FileKind.Input, path) is null)
                return (input.Name, $"Invalid {input.Name} file: {value}");
        }

        return null;
    }
}
