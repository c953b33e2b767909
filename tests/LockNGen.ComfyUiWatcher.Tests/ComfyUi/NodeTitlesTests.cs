using System.Text.Json.Nodes;
using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher.Tests.ComfyUi;

/// <summary>Case 28: without <c>_meta</c> in every node, ComfyUI answers 500 while it replaces retired classes.</summary>
public sealed class NodeTitlesTests
{
    [Theory]
    [InlineData("""{"class_type":"A","inputs":{}}""", "A")]
    [InlineData("""{"class_type":"A","inputs":{},"_meta":null}""", "A")]
    [InlineData("""{"class_type":"A","inputs":{},"_meta":{}}""", "A")]
    [InlineData("""{"class_type":"A","inputs":{},"_meta":{"title":"mine"}}""", "mine")]
    public void Node_OfAnyKind_HasATitleWhenItIsSent(string node, string title)
    {
        var workflow = new JsonObject { ["1"] = JsonNode.Parse(node) };
        var before = workflow.ToJsonString();

        var complete = NodeTitles.Complete(workflow);

        ((string?)complete["1"]!["_meta"]!["title"]).ShouldBe(title);
        workflow.ToJsonString().ShouldBe(before);
    }
}
