using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.Workflows.Conversion;
using LockNGen.Workflows.Editor;

namespace LockNGen.Workflows.Tests.Conversion;

/// <summary>What the editor has that a server never sees.</summary>
public class EditorPartsTests
{
    [Fact]
    public void Choice_BringsItsInputs_AndGroupsTheirMembers()
    {
        var prompt = Convert("""
            [{"id": 3, "type": "ResizeImageMaskNode", "inputs": [{"name": "input", "type": "IMAGE", "link": null}, {"name": "resize_type", "type": "COMFY_DYNAMICCOMBO_V3", "widget": {"name": "resize_type"}, "link": null}], "widgets_values": ["scale dimensions", 640, 480, "center", "area"]},
             {"id": 4, "type": "BatchImagesNode", "inputs": [{"name": "images.image0", "type": "IMAGE", "link": 1}, {"name": "images.image1", "type": "IMAGE", "link": null}]},
             {"id": 9, "type": "SaveVideo", "inputs": [], "widgets_values": ["video/x", "auto", "auto"]}]
            """, "[[1, 3, 0, 4, 0, \"IMAGE\"]]");

        prompt["3"]!["inputs"]!.ToJsonString().ShouldBe("""{"resize_type":"scale dimensions","resize_type.width":640,"resize_type.height":480,"resize_type.crop":"center","scale_method":"area"}""");
        prompt["4"]!["inputs"]!.ToJsonString().ShouldBe("""{"images.image0":["3",0]}""");
        prompt["9"]!["inputs"]!.ToJsonString().ShouldBe("""{"filename_prefix":"video/x","format":"auto","format.codec":"auto","codec":"auto"}""");
    }

    [Fact]
    public void Values_OfAnOlderClass_AreFoundAlthoughAFieldWasAddedOrRemoved()
    {
        // From before there was a control after the seed; and with a field that no longer exists.
        var prompt = Convert("""
            [{"id": 1, "type": "KSampler", "inputs": [], "widgets_values": [5, 20, 8, "euler", "normal", 1]},
             {"id": 2, "type": "KSampler", "inputs": [], "widgets_values": [5, "fixed", "gone", 20, 8, "euler", "normal", 0.5]},
             {"id": 3, "type": "KSampler", "inputs": [], "widgets_values": {"seed": 7, "steps": 9}}]
            """);

        foreach (var (id, denoise) in new[] { ("1", 1.0), ("2", 0.5) })
        {
            var inputs = prompt[id]!["inputs"]!;
            ((int)inputs["steps"]!, (string)inputs["scheduler"]!, (double)inputs["denoise"]!).ShouldBe((20, "normal", denoise));
        }

        ((int)prompt["3"]!["inputs"]!["seed"]!, (int)prompt["3"]!["inputs"]!["steps"]!, (double)prompt["3"]!["inputs"]!["cfg"]!).ShouldBe((7, 9, 8.0));
    }

    [Fact]
    public void Links_GoThroughReroutesBypassesAndGetAndSet()
    {
        var prompt = Convert("""
            [{"id": 1, "type": "LoadImage", "outputs": [{"name": "IMAGE", "type": "IMAGE"}], "widgets_values": ["a.png", "image"]},
             {"id": 2, "type": "Reroute", "inputs": [{"name": "", "type": "*", "link": 1}], "outputs": [{"name": "", "type": "IMAGE"}]},
             {"id": 3, "type": "ImageInvert", "mode": 4, "inputs": [{"name": "image", "type": "IMAGE", "link": 2}], "outputs": [{"name": "IMAGE", "type": "IMAGE"}]},
             {"id": 4, "type": "SetNode", "inputs": [{"name": "IMAGE", "type": "IMAGE", "link": 3}], "outputs": [{"name": "*", "type": "*"}], "widgets_values": ["pic"]},
             {"id": 5, "type": "GetNode", "inputs": [], "outputs": [{"name": "IMAGE", "type": "IMAGE"}], "widgets_values": ["pic"]},
             {"id": 6, "type": "SaveImage", "inputs": [{"name": "images", "type": "IMAGE", "link": 4}], "widgets_values": ["%LoadImage.image%-%date:yyyy-MM-dd%"]},
             {"id": 7, "type": "Note", "widgets_values": ["x"]}]
            """, """[[1, 1, 0, 2, 0, "IMAGE"], [2, 2, 0, 3, 0, "IMAGE"], [3, 3, 0, 4, 0, "IMAGE"], [4, 5, 0, 6, 0, "IMAGE"]]""");

        prompt.Select(n => n.Key).ShouldBe(["1", "6"], ignoreOrder: true);
        prompt["6"]!["inputs"]!["images"]!.ToJsonString().ShouldBe("""["1",0]""");
        ((string)prompt["6"]!["inputs"]!["filename_prefix"]!).ShouldEndWith("%year%-%month%-%day%");
    }

    [Theory]
    [InlineData("a {red|blue} fox", "a red fox")]
    [InlineData("a {{tall|low}|b} fox // not said", "a tall fox ")]
    [InlineData("a /* x */b \\{c\\}", "a b {c}")]
    [InlineData("(a:1.2) \\(b\\)", "(a:1.2) \\(b\\)")]
    public void Prompt_WithAlternatives_IsTheFirst(string text, string expected) => DynamicPrompt.Resolve(text).ShouldBe(expected);

    private static JsonObject Convert(string nodes, string links = "[]") =>
        GraphConverter.Convert(EditorWorkflow.Read(JsonElement.Parse($$"""{"nodes": {{nodes}}, "links": {{links}}}""")), RealWorkflows.Definitions);
}
