namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>Prompts.</summary>
internal static class ConditioningNodes
{
    public static IEnumerable<NodeDefinition> Create()
    {
        yield return new NodeDefinition
        {
            ClassType = "CLIPTextEncode",
            DisplayName = "CLIP Text Encode (Prompt)",
            Category = "conditioning",
            Description = "Encodes a text prompt using a CLIP model into an embedding that can be used to guide the diffusion model towards generating specific images.",
            Inputs =
            [
                InputSpec.Text("text", more: c =>
                {
                    c.Remove("default");
                    c["multiline"] = true;
                    c["dynamicPrompts"] = true;
                    c["tooltip"] = "The text to be encoded.";
                }),
                InputSpec.Link("clip", "CLIP", "The CLIP model used for encoding the text."),
            ],
            Outputs = [new("CONDITIONING")],
            RunAsync = context => Task.FromResult(NodeResult.Of(new ConditioningValue(context.Text("text")))),
        };
        yield return new NodeDefinition
        {
            ClassType = "ConditioningCombine",
            DisplayName = "Conditioning (Combine)",
            Category = "conditioning",
            Inputs = [InputSpec.Link("conditioning_1", "CONDITIONING"), InputSpec.Link("conditioning_2", "CONDITIONING")],
            Outputs = [new("CONDITIONING")],
            RunAsync = context => Task.FromResult(NodeResult.Of(new ConditioningValue(
                context.Get<ConditioningValue>("conditioning_1").Text + ", " + context.Get<ConditioningValue>("conditioning_2").Text))),
        };
        yield return new NodeDefinition
        {
            ClassType = "CLIPSetLastLayer",
            DisplayName = "CLIP Set Last Layer",
            Category = "conditioning",
            Inputs = [InputSpec.Link("clip", "CLIP"), InputSpec.Int("stop_at_clip_layer", -1, -24, -1, c => c["step"] = 1)],
            Outputs = [new("CLIP")],
            RunAsync = context => Task.FromResult(NodeResult.Of(context.Get<ClipValue>("clip"))),
        };
    }
}
