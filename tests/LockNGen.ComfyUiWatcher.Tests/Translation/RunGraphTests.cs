using System.Text.Json.Nodes;
using LockNGen.ComfyUiWatcher.Translation;

namespace LockNGen.ComfyUiWatcher.Tests.Translation;

public sealed class RunGraphTests
{
    [Theory]
    [InlineData(200, "", 200)]
    [InlineData(5_000, "", 200)]
    [InlineData(199, "\U0001F642", 199)]
    [InlineData(198, "\U0001F642", 200)]
    public void Title_OfAnyLength_IsCutAt200BeforeHalfAnEmoji(int letters, string end, int expected)
    {
        var node = new JsonObject { ["class_type"] = "KSampler", ["_meta"] = new JsonObject { ["title"] = new string('a', letters) + end } };

        WorkflowNode.Of("3", node).Title!.Length.ShouldBe(expected);
    }
}
