using LockNGen.GenerationApi.Validation;

namespace LockNGen.GenerationApi.Tests.Validation;

public sealed class NodePolicyTests
{
    [Theory]
    [InlineData("KSampler", true)]
    [InlineData("easy pythonCode", false)]
    [InlineData("VHS_LoadVideoPath", false)]
    [InlineData("CheckpointSave", false)]
    [InlineData("SaveLoRA", false)]
    [InlineData("LoadImageTextDataSetFromFolder", false)]
    [InlineData("SaveTrainingDataset", false)]
    [InlineData("SaveImage", true)]
    [InlineData("LoraLoader", true)]
    [InlineData("MakeTrainingDataset", true)]
    [InlineData("MyPythonScriptNode", false)]
    public void Policy_ByDefault_RefusesNodesKnownToReachFilesOrRunCode(string classType, bool isAllowed) =>
        Policy().Allows(classType).ShouldBe(isAllowed);

    [Fact]
    public void Policy_OfAnOperator_AllowsAndRefusesByWildcard()
    {
        var policy = Policy(allow: ["VHS_*"], deny: ["Lora*"]);

        policy.Allows("VHS_LoadVideoPath").ShouldBeTrue();
        policy.Allows("LoraLoader").ShouldBeFalse();
        policy.Allows("KSampler").ShouldBeTrue();
    }

    [Fact]
    public void Policy_WithAList_AllowsNothingElse()
    {
        var policy = Policy(only: ["KSampler", "VAE*"]);

        policy.Allows("VAEDecode").ShouldBeTrue();
        policy.Allows("SaveImage").ShouldBeFalse();
    }

    private static NodePolicy Policy(string[]? allow = null, string[]? deny = null, string[]? only = null)
    {
        var options = new SubmitOptions();
        Add(options.AllowedNodes, allow);
        Add(options.DeniedNodes, deny);
        Add(options.OnlyNodes, only);
        return new NodePolicy(Microsoft.Extensions.Options.Options.Create(options));

        static void Add(IList<string> list, string[]? values)
        {
            foreach (var value in values ?? [])
                list.Add(value);
        }
    }
}
