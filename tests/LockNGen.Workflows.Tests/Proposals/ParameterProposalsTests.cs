using LockNGen.Workflows.Conversion;
using LockNGen.Workflows.Editor;
using LockNGen.Workflows.Proposals;

namespace LockNGen.Workflows.Tests.Proposals;

public class ParameterProposalsTests
{
    [Fact]
    public void For_Lora_HasTypesRangesAndTargetsOfTheCatalog()
    {
        var proposed = Propose("lora--lora");

        proposed["width"].ShouldSatisfyAllConditions(
            w => (w.Type, w.Min, w.Max, w.Step).ShouldBe(("integer", 16m, 16384m, 8m)),
            w => w.Default!.Value.GetInt32().ShouldBe(512));
        (proposed["seed"].Type, proposed["seed"].Default, proposed["seed"].Max).ShouldBe(("seed", null, 18446744073709551615m));
        (proposed["sampler"].Type, proposed["model"].Type, proposed["lora"].Type).ShouldBe(("choice", "model", "model"));
        proposed["loraStrength"].Targets.ShouldBe([new("10", "strength_model"), new("10", "strength_clip")]);
        proposed["prompt"].Default!.Value.GetString().ShouldNotBe(proposed["negativePrompt"].Default!.Value.GetString());
    }

    [Fact]
    public void For_Kontext_ThePictureMustBeGivenAndThePrimitiveIsASize()
    {
        var proposed = Propose("flux--flux_kontext_example");

        (proposed["image"].Type, proposed["image"].Required, proposed["image"].Default).ShouldBe(("image", true, null));
        proposed.ShouldContainKey("guidance");
    }

    [Fact]
    public void For_AnyExample_NamesAreTheirOwnAndEveryOtherFieldCanBeAdded()
    {
        foreach (var name in RealWorkflows.Names)
        {
            var converted = GraphConverter.Convert(EditorWorkflow.Read(RealWorkflows.Read(name).Editor), RealWorkflows.Definitions);
            var (proposed, others) = ParameterProposals.For(converted, RealWorkflows.Definitions);

            proposed.Concat(others).Select(p => p.Name).ShouldBeUnique();
            proposed.ShouldContain(p => p.Name == "prompt");
            var fields = proposed.Concat(others).SelectMany(p => p.Targets).ToList();
            fields.ShouldBeUnique();
            fields.ShouldAllBe(t => converted[t.Node]!["inputs"]!.AsObject().ContainsKey(t.Input));
        }
    }

    private static Dictionary<string, ProposedParameter> Propose(string name)
    {
        var converted = GraphConverter.Convert(EditorWorkflow.Read(RealWorkflows.Read(name).Editor), RealWorkflows.Definitions);
        return ParameterProposals.For(converted, RealWorkflows.Definitions).Proposed.ToDictionary(p => p.Name);
    }
}
