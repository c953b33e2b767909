using System.Text.Json;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Translation;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Tests.Translation;

public sealed class GenerationErrorsTests
{
    [Fact]
    public void MissingModel_NamesTheModelsThatExist()
    {
        var rejection = Parse("""
            {"error":{"type":"prompt_outputs_failed_validation","message":"Prompt outputs failed validation","details":""},
             "node_errors":{"4":{"class_type":"CheckpointLoaderSimple","errors":[{"type":"value_not_in_list","message":"Value not in list",
               "details":"ckpt_name: 'gone.safetensors' not in ['a.safetensors']",
               "extra_info":{"input_name":"ckpt_name","input_config":[["a.safetensors","b.ckpt"],{}],"received_value":"gone.safetensors"}}]}}}
            """);

        var error = GenerationErrors.Of(rejection);

        error.ShouldBe(new GenerationError
        {
            Code = GenerationErrorCodes.MissingModel,
            Message = "CheckpointLoaderSimple: the model 'gone.safetensors' is not there. There are: a.safetensors, b.ckpt.",
            NodeId = "4",
            NodeType = "CheckpointLoaderSimple",
        });
    }

    [Fact]
    public void WrongValue_OfAList_IsAnInvalidWorkflow()
    {
        var rejection = Parse("""
            {"error":{"message":"Prompt outputs failed validation"},"node_errors":{"5":{"class_type":"KSampler","errors":[{"type":"value_not_in_list",
             "message":"Value not in list","details":"sampler_name: 'x' not in ['euler']",
             "extra_info":{"input_name":"sampler_name","input_config":["COMBO",{"options":["euler"]}],"received_value":"x"}}]}}}
            """);

        var error = GenerationErrors.Of(rejection);

        (error.Code, error.NodeId).ShouldBe((GenerationErrorCodes.InvalidWorkflow, "5"));
        error.Message.ShouldBe("node 5 (KSampler): Value not in list: sampler_name: 'x' not in ['euler']");
    }

    [Fact]
    public void Refusal_WithoutNodes_KeepsComfyUisWords() =>
        GenerationErrors.Of(Parse("""{"error":{"type":"invalid_prompt","message":"Cannot execute because node X does not exist.","details":"Node ID '#9'"}}"""))
            .Message.ShouldBe("Cannot execute because node X does not exist.: Node ID '#9'");

    [Theory]
    [InlineData("No such file: '/home/me/ComfyUI/models/x.safetensors'", "ValueError: No such file: 'x.safetensors'")]
    [InlineData(@"cannot open C:\ComfyUI\input\a.png", "ValueError: cannot open a.png")]
    [InlineData("see https://pytorch.org/docs/stable for 3/4 of it", "ValueError: see https://pytorch.org/docs/stable for 3/4 of it")]
    public void Message_WithServerPaths_KeepsOnlyFileNames(string message, string shown) =>
        GenerationErrors.Of(new NodeException("5", "KSampler", "ValueError", message + "\n"), graph: null).Message.ShouldBe(shown);

    [Theory]
    [InlineData("KeyError", "'what'", "KeyError: 'what'")]
    [InlineData("torch.OutOfMemoryError", "Allocation on device 0 ", "torch.OutOfMemoryError: Allocation on device 0")]
    [InlineData("AssertionError", "", "AssertionError")]
    [InlineData("ValueError", "ValueError: said already", "ValueError: said already")]
    [InlineData("", "no type told", "no type told")]
    public void Exception_IsReportedWithItsType(string type, string message, string told) =>
        GenerationErrors.Of(new NodeException("5", "KSampler", type, message), graph: null).Message.ShouldBe(told);

    [Fact]
    public void Blocker_IsReportedInItsOwnWords() =>
        GenerationErrors.Blocked(new NodeException("5", "Gate", "ExecutionBlocked", "Execution Blocked: not today"), RunGraph.Of([])).Message
            .ShouldBe("Execution Blocked: not today");

    [Fact]
    public void InnerNode_OfAnExpandedOne_IsNamedAsTheNodePeopleKnow()
    {
        var graph = RunGraph.Of(System.Text.Json.Nodes.JsonNode.Parse("""{"60":{"class_type":"LabExpand","inputs":{}}}""")!.AsObject());

        var error = GenerationErrors.Of(new NodeException("60.0.0.1", "LabProgress", "ValueError", "boom"), graph);

        (error.NodeId, error.NodeType).ShouldBe(("60", "LabExpand"));
    }

    private static PromptRejection Parse(string json) => PromptRejection.Of(JsonSerializer.Deserialize<JsonElement>(json));
}
