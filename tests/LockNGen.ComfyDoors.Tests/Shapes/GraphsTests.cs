using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Shapes;

namespace LockNGen.ComfyDoors.Tests.Shapes;

public sealed class GraphsTests
{
    [Theory]
    [InlineData("1", "1,2")]
    [InlineData("2", "2,1")]
    [InlineData("3", "")]
    [InlineData("4", "4")]
    [InlineData("9", "")]
    public void Cycle_OfANode_IsTheCircleThatItIsPartOf(string node, string cycle)
    {
        var workflow = JsonNode.Parse("""
            {
              "1": {"class_type": "A", "inputs": {"image": ["2", 0], "seconds": 0}},
              "2": {"class_type": "A", "inputs": {"other": ["3", 0], "image": ["1", 0]}},
              "3": {"class_type": "B", "inputs": {"image": ["77", 0]}},
              "4": {"class_type": "B", "inputs": {"image": ["4", 0]}}
            }
            """)!.AsObject();

        string.Join(',', Graphs.CycleOf(workflow, node)).ShouldBe(cycle);
    }
}
