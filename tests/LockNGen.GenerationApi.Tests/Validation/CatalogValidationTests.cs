using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.GenerationApi.Validation;
using LockNGen.GenerationApi.Workflows;
using LockNGen.Web.Problems;

namespace LockNGen.GenerationApi.Tests.Validation;

/// <summary>What is refused, left out and accepted, with the catalog of a live ComfyUI 0.33.0. Numbers are those of the cases from practice.</summary>
public sealed class CatalogValidationTests
{
    private const string Grouped = """
        {"GroupedEncode": {"input": {"required": {"prompt": ["STRING", {}], "images": ["COMFY_AUTOGROW_V3",
            {"template": {"input": {"required": {"image": ["IMAGE", {}]}}, "prefix": "image", "min": %MIN%, "max": 8}}]}}, "output": ["CONDITIONING"], "output_node": false}}
        """;

    private static readonly (string, string, string[]) Model = ("CheckpointLoaderSimple", "ckpt_name", ["a.safetensors"]);
    private static readonly NodeCatalog Stock = LiveCatalog.With(Model);

    [Theory]
    [InlineData(0, """{"prompt": "x"}""", null, null)]
    [InlineData(0, """{"prompt": "x", "images.image0": ["10", 0]}""", null, null)]
    [InlineData(1, """{"prompt": "x"}""", "missing_input", "images.image0")]
    [InlineData(0, """{"prompt": "x", "images.image0": ["99", 0]}""", "bad_link", "images.image0")]
    [InlineData(1, """{"prompt": "x", "images.image0": ["4", 0]}""", "wrong_type", "images.image0")]
    public void GrowingGroup_Case1_IsJudgedByItsMembers(int min, string inputs, string? code, string? input)
    {
        var workflow = TextToImage($$$"""{"6": {"class_type": "GroupedEncode", "inputs": {{{inputs}}} }, "10": {"class_type": "LoadImage", "inputs": {"image": "in.png"} } }""");

        var verdict = Check(workflow, LiveCatalog.With(Grouped.Replace("%MIN%", min.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal), Model));

        if (code is null)
            verdict.Errors.ShouldBeEmpty();
        else
            verdict.Errors.Select(e => (e.Problem.NodeId, e.Problem.Code, e.Problem.Input)).ShouldBe([("6", code, input)]);
    }

    [Fact]
    public void LeftoverOutput_Case2_IsLeftOutWithAWarning_AndTheOthersRun()
    {
        var verdict = Check(TextToImage("""{"20": {"class_type": "PreviewImage", "inputs": {}}}"""), Stock);

        verdict.Errors.ShouldBeEmpty();
        var warning = verdict.LeftOut.ShouldHaveSingleItem();
        (warning.Code, warning.NodeId, warning.NodeType).ShouldBe(("output_left_out", "20", "PreviewImage"));
        warning.Message.ShouldContain("images");
        verdict.Reached.ShouldNotContain("20");
    }

    [Fact]
    public void NodesThatNoOutputReaches_Case2_AreNotCheckedForInputs()
    {
        var verdict = Check(TextToImage("""{"20": {"class_type": "KSampler", "inputs": {"seed": "many", "model": ["77", 0]}}}"""), Stock);

        verdict.Errors.ShouldBeEmpty();
        verdict.LeftOut.ShouldBeEmpty();
    }

    [Fact]
    public void UnknownClass_Case2_AnywhereRefuses()
    {
        var error = Check(TextToImage("""{"20": {"class_type": "KSamplr", "inputs": {}}}"""), Stock).Errors.ShouldHaveSingleItem();

        (error.Problem.Code, error.Problem.NodeId).ShouldBe(("unknown_node_class", "20"));
    }

    [Fact]
    public void Outputs_AllWithErrors_AreRefusedWithTheErrorsOfWhatTheyNeed()
    {
        var workflow = TextToImage("""{"20": {"class_type": "PreviewImage", "inputs": {}}}""");
        workflow["3"]!["inputs"]!["steps"] = 0;

        var errors = Check(workflow, Stock).Errors;

        errors.Select(e => (e.Problem.NodeId, e.Problem.Code)).Order().ShouldBe([("20", "missing_input"), ("3", "out_of_range")]);
    }

    [Theory]
    [InlineData("portraits/b.png")]
    [InlineData("clipspace/painted-1.png [input]")]
    [InlineData("r_00001_.png [output]")]
    [InlineData("put-there-a-minute-ago.png")]
    public void FileName_Case3_IsNotBoundToTheList(string name)
    {
        var workflow = Parse($$$"""
            {"1": {"class_type": "LoadImage", "inputs": {"image": "{{{name}}}"}}, "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "r"} } }
            """);

        Check(workflow, Stock).Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("LoadAudio", "audio", "a.wav")]
    [InlineData("LoadVideo", "file", "a.mp4")]
    public void FileName_Case30_OfSoundAndVideo_IsNotBoundToTheList(string classType, string input, string name)
    {
        var workflow = Parse($$$"""{"1": {"class_type": "{{{classType}}}", "inputs": {"{{{input}}}": "{{{name}}}"}}, "2": {"class_type": "PreviewAny", "inputs": {"source": ["1", 0]} } }""");

        Check(workflow, Stock).Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("\"64\"", null)]
    [InlineData("\" 64 \"", null)]
    [InlineData("64.7", null)]
    [InlineData("16384", null)]
    [InlineData("\"64.0\"", "wrong_type")]
    [InlineData("\"wide\"", "wrong_type")]
    [InlineData("null", "wrong_type")]
    [InlineData("{}", "wrong_type")]
    [InlineData("true", "out_of_range")]
    [InlineData("\"16385\"", "out_of_range")]
    [InlineData("16384.9", null)]
    [InlineData("1e99", "out_of_range")]
    public void WholeNumber_Case4_IsConvertedAsPythonDoes(string value, string? code)
    {
        var workflow = TextToImage("{}");
        workflow["5"]!["inputs"]!["width"] = JsonNode.Parse(value);

        Check(workflow, Stock).Errors.Select(e => e.Problem.Code).ShouldBe(code is null ? [] : [code]);
    }

    [Theory]
    [InlineData("\"18446744073709551615\"", null)]
    [InlineData("18446744073709551615", null)]
    [InlineData("18446744073709551616", "out_of_range")]
    [InlineData("-1", "out_of_range")]
    public void Seed_Case4_IsComparedExactly(string value, string? code)
    {
        var workflow = TextToImage("{}");
        workflow["3"]!["inputs"]!["seed"] = JsonNode.Parse(value);

        Check(workflow, Stock).Errors.Select(e => e.Problem.Code).ShouldBe(code is null ? [] : [code]);
    }

    [Fact]
    public void Error_NamesNodeClassInputValueAndWhatIsAllowed()
    {
        var workflow = TextToImage("{}");
        workflow["3"]!["inputs"]!["cfg"] = 1000;

        var problem = Check(workflow, Stock).Errors.ShouldHaveSingleItem().Problem;

        (problem.NodeId, problem.NodeType, problem.Input).ShouldBe(("3", "KSampler", "cfg"));
        problem.Message.ShouldBe("cfg is 1000; it must be between 0 and 100.");
    }

    [Theory]
    [InlineData(@"sdxl\\base.safetensors")]
    [InlineData("sdxl/base.safetensors")]
    public void ModelInAFolder_Case5_IsFoundInBothSpellings_AndWrittenAsTheServerDoes(string name)
    {
        var workflow = TextToImage("{}");
        workflow["4"]!["inputs"]!["ckpt_name"] = JsonNode.Parse($"\"{name}\"");
        var (linux, windows) = (LiveCatalog.With(("CheckpointLoaderSimple", "ckpt_name", ["sdxl/base.safetensors"])), LiveCatalog.With(("CheckpointLoaderSimple", "ckpt_name", [@"sdxl\base.safetensors"])));

        Check(workflow, linux).Errors.ShouldBeEmpty();
        Check(workflow, windows).Errors.ShouldBeEmpty();
        var written = (string)workflow["4"]!["inputs"]!["ckpt_name"]!;
        linux.SpellingOf("CheckpointLoaderSimple", "ckpt_name", written).ShouldBe("sdxl/base.safetensors");
        windows.SpellingOf("CheckpointLoaderSimple", "ckpt_name", written).ShouldBe(@"sdxl\base.safetensors");
    }

    [Theory]
    [InlineData("""{"new_node_id": "ControlNetLoader", "old_node_id": "T2IAdapterLoader"}""", true)]
    [InlineData("""{"new_node_id": "NobodyHasThis", "old_node_id": "T2IAdapterLoader"}""", false)]
    public void RetiredClass_Case28_IsTakenWhereTheServerReplacesIt(string replacement, bool isTaken)
    {
        var catalog = NodeCatalog.Parse(JsonElement.Parse(LiveCatalog.Json(null, Model)), JsonElement.Parse($$$"""{"T2IAdapterLoader": [{{{replacement}}}]}"""));
        var workflow = TextToImage("""{"50": {"class_type": "T2IAdapterLoader", "inputs": {"t2i_adapter_name": "canny.safetensors"}}}""");

        Check(workflow, Stock, catalog).Errors.Select(e => e.Problem.Code).ShouldBe(isTaken ? [] : ["unknown_node_class"]);
    }

    [Fact]
    public void RetiredClass_ThatAnOutputNeeds_IsCheckedAsItsSuccessor()
    {
        const string Replacement = """
            {"OldUpscale": [{"new_node_id": "ImageScale", "input_mapping": [{"new_id": "image", "old_id": "pixels"}, {"new_id": "upscale_method", "set_value": "lanczos"},
                {"new_id": "width", "old_id": "w"}, {"new_id": "height", "set_value": 64}, {"new_id": "crop", "set_value": "disabled"}], "output_mapping": [{"old_idx": 1, "new_idx": 0}]}]}
            """;
        var catalog = NodeCatalog.Parse(JsonElement.Parse(LiveCatalog.Json(null, Model)), JsonElement.Parse(Replacement));
        var workflow = TextToImage("""{"30": {"class_type": "OldUpscale", "inputs": {"pixels": ["8", 0], "w": "wide"}}, "31": {"class_type": "PreviewImage", "inputs": {"images": ["30", 1]}}}""");

        var broken = Check(workflow, catalog);
        workflow["30"]!["inputs"]!["w"] = 64;

        broken.LeftOut.ShouldHaveSingleItem().Message.ShouldContain("width is 'wide'");
        Check(workflow, catalog).LeftOut.ShouldBeEmpty();
    }

    [Fact]
    public void Cycle_OnTheWayToAnOutput_IsRefused_AndElsewhereIgnored()
    {
        const string Ring = """{"30": {"class_type": "ImageInvert", "inputs": {"image": ["31", 0]}}, "31": {"class_type": "ImageInvert", "inputs": {"image": ["30", 0]}}}""";
        var aside = Check(TextToImage(Ring), Stock);
        var workflow = TextToImage(Ring);
        workflow["9"]!["inputs"]!["images"] = JsonNode.Parse("""["30", 0]""");

        var error = Check(workflow, Stock).Errors.ShouldHaveSingleItem();

        aside.Errors.ShouldBeEmpty();
        error.Problem.Code.ShouldBe("bad_link");
        error.Problem.Message.ShouldContain("30 (ImageInvert) -> 31 (ImageInvert) -> 30 (ImageInvert)");
    }

    [Theory]
    [InlineData("""["4", 2]""", "wrong_type")]
    [InlineData("""["4", 7]""", "bad_link")]
    [InlineData("""["8", 0, 0]""", "bad_link")]
    [InlineData("""[8, 0]""", "bad_link")]
    [InlineData("""["8", -1]""", null)]
    public void Link_ThatComfyUiCannotFollow_IsRefused(string link, string? code)
    {
        var workflow = TextToImage("{}");
        workflow["9"]!["inputs"]!["images"] = JsonNode.Parse(link);

        Check(workflow, Stock).Errors.Select(e => e.Problem.Code).ShouldBe(code is null ? [] : [code]);
    }

    /// <summary>Shape 48; inputs that appear with a choice are checked, and an unknown choice has none.</summary>
    [Theory]
    [InlineData("\"scale dimensions\"", "\"resize_type.width\": 512, \"resize_type.height\": 512, \"resize_type.crop\": \"center\"", null)]
    [InlineData("\"scale dimensions\"", "\"resize_type.width\": 512, \"resize_type.height\": 99999, \"resize_type.crop\": \"center\"", "out_of_range")]
    [InlineData("\"scale dimensions\"", "\"resize_type.width\": 512, \"resize_type.height\": 512, \"resize_type.crop\": \"middle\"", "not_a_choice")]
    [InlineData("\"scale dimensions\"", "\"resize_type.width\": 512, \"resize_type.crop\": \"center\"", "missing_input")]
    [InlineData("\"nothing known\"", "\"other\": 1", null)]
    public void DynamicChoice_Shape48_BringsItsInputs(string choice, string inputs, string? code)
    {
        var workflow = Parse($$$"""
            {"1": {"class_type": "LoadImage", "inputs": {"image": "a.png"}},
             "3": {"class_type": "ResizeImageMaskNode", "inputs": {"input": ["1", 0], "resize_type": {{{choice}}}, {{{inputs}}}, "scale_method": "area"} },
             "4": {"class_type": "BatchImagesNode", "inputs": {"images.image0": ["3", 0], "images.image1": ["1", 0]}},
             "5": {"class_type": "ComfyMathExpression", "inputs": {"expression": "a + b", "values.a": 2, "values.b": 3}},
             "6": {"class_type": "SaveImage", "inputs": {"images": ["4", 0], "filename_prefix": "r"} } }
            """);

        Check(workflow, Stock).Errors.Select(e => e.Problem.Code).ShouldBe(code is null ? [] : [code]);
    }

    [Fact]
    public void ManyUnknownClasses_AreReportedInPart_AndFewAreLookedFor()
    {
        var workflow = new JsonObject();
        for (var i = 0; i < 400; i++)
            workflow[$"{i}"] = new JsonObject { ["class_type"] = $"Nobody knows this {i}", ["inputs"] = new JsonObject() };

        var verdict = Check(workflow, Stock);

        verdict.Errors.Count.ShouldBeLessThanOrEqualTo(20);
        CatalogValidation.Explain(verdict, CancellationToken.None).Count(e => e.Message.Contains("Nearest", StringComparison.Ordinal)).ShouldBeLessThanOrEqualTo(4);
        Should.Throw<OperationCanceledException>(() => CatalogValidation.Explain(verdict, new CancellationToken(canceled: true)).ToList());
    }

    [Fact]
    public void ALongChain_IsCheckedWithoutRecursion()
    {
        const int Length = 50_000;
        var workflow = Parse("""{"0": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 0}}}""");
        for (var i = 1; i < Length; i++)
            workflow[$"{i}"] = new JsonObject { ["class_type"] = "ImageInvert", ["inputs"] = new JsonObject { ["image"] = new JsonArray($"{i - 1}", 0) } };
        workflow["out"] = JsonNode.Parse($$$"""{"class_type": "PreviewImage", "inputs": {"images": ["{{{Length - 1}}}", 0]}}""");

        Check(workflow, Stock).Reached.Count.ShouldBe(Length + 1);
    }

    /// <summary>
    /// ComfyUI's public examples name models that are not available here, and some are older than inputs that 0.33.0 requires; nothing else may be
    /// wrong with them.
    /// </summary>
    [Fact]
    public void RealWorkflows_AreRefusedForMissingModelsAndNewerInputsOnly()
    {
        string[] newer = ["ImageScaleToTotalPixels.resolution_steps", "VAEEncodeForInpaint.grow_mask_by", "DualCFGGuider.style", "CLIPVisionEncode.crop"];
        var workflows = LiveCatalog.Workflows();

        var wrong = from workflow in workflows
                    from error in Check(workflow.Value!.AsObject(), Stock).Errors
                    where error.Problem.Code != ErrorCodes.MissingModel
                    where error.Problem.Code != ErrorCodes.MissingInput || !newer.Contains($"{error.Problem.NodeType}.{error.Problem.Input}")
                    select $"{workflow.Key}: {error.Problem.NodeId} {error.Problem.NodeType}.{error.Problem.Input} {error.Problem.Code} {error.Problem.Message}";

        wrong.ShouldBeEmpty();
        workflows.Count.ShouldBe(45);
    }

    private static CatalogVerdict Check(JsonObject workflow, params NodeCatalog[] catalogs)
    {
        var errors = new List<ProblemError>();
        var graph = WorkflowGraph.Read(Parse(workflow.ToJsonString()), errors).ShouldNotBeNull(string.Join('\n', errors.Select(e => e.Message)));
        return CatalogValidation.Check(graph, [], catalogs, CancellationToken.None);
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    /// <summary>Text to image, with further or other nodes.</summary>
    [Fact]
    public void NearestNames_NeverTellOthersUploads()
    {
        const string Upload = "upload-0123456789abcdef0123456789abcdef.png";
        var problem = new ProblemError { Code = ErrorCodes.NotAChoice, Message = "It is not there." };
        var verdict = new CatalogVerdict { Reached = new HashSet<string>(), Wanted = new HashSet<string>(), Errors = [new CatalogError(problem, "upload-0.png", [Upload, "upload.png"])] };

        var message = CatalogValidation.Explain(verdict, CancellationToken.None).ShouldHaveSingleItem().Message;

        message.ShouldContain("upload.png");
        message.ShouldNotContain(Upload);
    }

    private static JsonObject TextToImage(string nodes)
    {
        var workflow = Parse("""
            {"4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "a.safetensors"}},
             "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 64, "batch_size": 1}},
             "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "x", "clip": ["4", 1]}},
             "3": {"class_type": "KSampler", "inputs": {"seed": 1, "steps": 1, "cfg": 1, "sampler_name": "euler", "scheduler": "normal", "denoise": 1,
                "model": ["4", 0], "positive": ["6", 0], "negative": ["6", 0], "latent_image": ["5", 0]}},
             "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
             "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0], "filename_prefix": "r"}}}
            """);
        foreach (var (id, node) in Parse(nodes))
            workflow[id] = node!.DeepClone();
        return workflow;
    }
}
