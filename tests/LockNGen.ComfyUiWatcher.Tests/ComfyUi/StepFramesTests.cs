using System.Text;
using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher.Tests.ComfyUi;

/// <summary>What is read the short way says the same as what is read the long way, and what is odd is left to that.</summary>
public sealed class StepFramesTests
{
    private readonly StepFrames _frames = new();

    [Theory]
    [InlineData("""{"type": "progress", "data": {"value": 3, "max": 20, "prompt_id": "a", "node": "5"}}""")]
    [InlineData("""{"type":"progress","data":{"node":"5\u00e9","other":{"value":[1]},"max":2.5,"value":0,"prompt_id":"a"}}""")]
    public void Progress_SaysTheSameAsTheLongWay(string frame) => _frames.Read(Encoding.UTF8.GetBytes(frame)).ShouldBe(LongWay(frame).ShouldBeOfType<NodeProgress>());

    [Fact]
    public void States_SayTheSameAsTheLongWay_AlsoWhenMostStaysAsItWas()
    {
        foreach (var step in new[] { 1, 2, 2, 20 })
        {
            var frame = $$$$$"""
                {"type":"progress_state","data":{"prompt_id":"a","nodes":{
                "4":{"value":1.0,"max":1.0,"state":"finished","node_id":"4","prompt_id":"a","display_node_id":"4","parent_node_id":null,"real_node_id":"4"},
                "60.0.0.1":{"value":{{{{{step}}}}},"max":20,"state":"{{{{{(step == 20 ? "finished" : "running")}}}}}","display_node_id":"60"}}}}
                """;

            var state = _frames.Read(Encoding.UTF8.GetBytes(frame)).ShouldBeOfType<ProgressState>();

            var expected = LongWay(frame).ShouldBeOfType<ProgressState>();
            (state.PromptId, state.Ignored).ShouldBe((expected.PromptId, expected.Ignored));
            state.Nodes.ShouldBe(expected.Nodes);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"type":"progress","data":{"value":3,"max":20,"prompt_id":"a","node":"5"}}}""")]
    [InlineData("""{"type":"progress","data":{"value":NaN,"max":20,"prompt_id":"a","node":"5"}}""")]
    [InlineData("""{"type":"progress","data":{"value":21,"max":20,"prompt_id":"a","node":"5"}}""")]
    [InlineData("""{"type":"progress","data":{"value":"3","max":20,"prompt_id":"a","node":"5"}}""")]
    [InlineData("""{"type":"progress","data":{"value":3,"max":20,"prompt_id":"a","node":{"node":"5"}}}""")]
    [InlineData("""{"type":"progress","data":{"value":3,"max":20,"prompt_id":"a","node":"\ud83d"}}""")]
    [InlineData("""{"type":"progress","data":{"value":3,"max":20,"node":"5"}}""")]
    [InlineData("""{"type":"progress_state","data":{"prompt_id":"a"}}""")]
    [InlineData("""{"type":"progress_state","data":{"prompt_id":"a","nodes":{"5":{"value":1,"max":2,"state":"running"}}}}""")]
    [InlineData("""{"type":"progress_state","data":{"prompt_id":"a","nodes":{"5":7}}}""")]
    [InlineData("""{"type":"executing","data":{"node":"5","prompt_id":"a"}}""")]
    public void WhatIsOdd_IsLeftToTheLongWay(string frame) => _frames.Read(Encoding.UTF8.GetBytes(frame)).ShouldBeNull();

    private static ComfyUiMessage LongWay(string frame) => ComfyUiTextFrame.Parse(Encoding.UTF8.GetBytes(frame), new HashSet<string>());
}
