using System.Text;
using LockNGen.Workflows.Proposals;
using LockNGen.Workflows.Reading;

namespace LockNGen.Workflows.Tests.Conversion;

/// <summary>Files that are large, by chance or with intent: they are read, or refused with a reason, and never end the process.</summary>
public class HugeWorkflowTests
{
    private const int Many = 50_000;

    [Fact]
    public void Reroutes_WithoutEnd_AreRefused()
    {
        var nodes = Enumerable.Range(1, Many).Select(i => $$"""{"id": {{i}}, "type": "Reroute", "inputs": [{"name": "", "type": "*", "link": {{i}}}], "outputs": [{"name": "", "type": "IMAGE"}]}""");
        var links = Enumerable.Range(1, Many).Select(i => $$"""[{{i + 1}}, {{i}}, 0, {{i + 1}}, 0, "IMAGE"]""");
        var json = $$"""
            {"nodes": [{{string.Join(',', nodes)}}, {"id": {{Many + 1}}, "type": "SaveImage", "inputs": [{"name": "images", "type": "IMAGE", "link": {{Many + 1}}}], "widgets_values": ["x"]}],
             "links": [{{string.Join(',', links)}}]}
            """;

        Should.Throw<InvalidWorkflowException>(() => Read(json)).Message.ShouldContain("more than 1000 reroutes");
    }

    [Fact]
    public void Subgraphs_ThatMultiply_AreRefused()
    {
        var subgraphs = Enumerable.Range(0, 30).Select(i => $$$"""
            {"id": "s{{{i}}}", "nodes": [{"id": 1, "type": "s{{{i + 1}}}"}, {"id": 2, "type": "s{{{i + 1}}}"}], "links": []}
            """);
        var json = $$$"""{"nodes": [{"id": 1, "type": "s0"}], "links": [], "definitions": {"subgraphs": [{{{string.Join(',', subgraphs)}}}]}}""";

        Should.Throw<InvalidWorkflowException>(() => Read(json)).Message.ShouldContain("subgraphs");
    }

    [Fact]
    public void Prompt_ThatIsOneLongChain_IsRead()
    {
        var chain = Enumerable.Range(2, Many).Select(i => $$$"""
            "{{{i}}}": {"class_type": "ConditioningCombine", "inputs": {"conditioning_1": ["{{{i - 1}}}", 0], "conditioning_2": ["{{{i - 1}}}", 0]}}
            """);
        var json = $$$"""
            {"1": {"class_type": "CLIPTextEncode", "inputs": {"text": "a fox", "clip": ["0", 0]}}, {{{string.Join(',', chain)}}},
             "k": {"class_type": "KSampler", "inputs": {"positive": ["{{{Many + 1}}}", 0], "seed": 5}}, "s": {"class_type": "SaveLatent", "inputs": {"samples": ["k", 0], "filename_prefix": "x"} } }
            """;

        var read = Read(json);

        read.Workflow.Count.ShouldBe(Many + 3);
        ParameterProposals.For(read.Workflow, RealWorkflows.Definitions).Proposed.ShouldContain(p => p.Name == "prompt");
    }

    private static ReadWorkflow Read(string json) => WorkflowReader.Read(Encoding.UTF8.GetBytes(json), RealWorkflows.Definitions);
}
