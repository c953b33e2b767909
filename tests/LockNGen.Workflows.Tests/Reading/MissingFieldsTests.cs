using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.Workflows.Reading;

namespace LockNGen.Workflows.Tests.Reading;

/// <summary>Prompts that were saved before a class got another field.</summary>
public class MissingFieldsTests
{
    public static TheoryData<string> Examples => [.. RealWorkflows.Names];

    /// <summary>The prompts of public examples are years old.</summary>
    [Theory]
    [MemberData(nameof(Examples))]
    public void Read_PromptOfAnExample_HasAllThatItsClassesRequire(string name)
    {
        var saved = RealWorkflows.Read(name).Prompt;

        var read = WorkflowReader.Read(Encoding.UTF8.GetBytes(saved.ToJsonString()), RealWorkflows.Definitions).Workflow;

        foreach (var (id, node) in read)
        {
            var inputs = node!["inputs"]!.AsObject();
            var required = RealWorkflows.Definitions.Find((string)node["class_type"]!)!.Inputs.Where(i => i is { IsRequired: true, HasField: true }).Select(i => i.Name);
            required.Except(inputs.Select(i => i.Key)).ShouldBeEmpty();
            foreach (var (input, value) in saved[id]!["inputs"]!.AsObject())
                JsonNode.DeepEquals(inputs[input], value).ShouldBeTrue();
        }
    }

    [Fact]
    public void Read_PromptWithAChoiceThatBringsFields_HasTheseToo()
    {
        var inputs = Read("""{"3": {"class_type": "ResizeImageMaskNode", "inputs": {"input": ["1", 0], "resize_type": "scale dimensions", "resize_type.width": 64}}}""");

        inputs.ToJsonString().ShouldBe(
            """{"input":["1",0],"resize_type":"scale dimensions","resize_type.width":64,"resize_type.height":512,"resize_type.crop":"center","scale_method":"area"}""");
    }

    [Theory]
    [InlineData("""{"3": {"class_type": "LoadImage", "inputs": {}}}""")]
    [InlineData("""{"3": {"class_type": "OfNoCatalog", "inputs": {}}}""")]
    public void Read_FileThatIsMissing_OrAnUnknownClass_StaysAsItIs(string prompt) => Read(prompt).ShouldBeEmpty();

    private static JsonObject Read(string prompt) => WorkflowReader.Read(JsonElement.Parse(prompt), RealWorkflows.Definitions).Workflow["3"]!["inputs"]!.AsObject();
}
