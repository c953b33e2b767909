using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LockNGen.EndToEndTests.Recorded;

/// <summary>What live ComfyUI servers said while they rendered, before a visitor's eyes.</summary>
public sealed class RecordedRunTests(RecordedProduct recorded, Browser browser) : IClassFixture<RecordedProduct>
{
    private const float Patience = 60_000;

    private RunningProduct Product => recorded.Product;

    private RecordedComfyUi ComfyUi => recorded.ComfyUi;

    [Theory]
    [InlineData("01-single-success")]
    [InlineData("v0.27.0/01-single-success")]
    public async Task Rendering_OfALiveServer_ShowsItsStepsItsPreviewsAndItsPicture(string recording)
    {
        var strip = await SubmitAsync(RecordedRun.Load(recording, prompt: 0));

        await ComfyUi.PlayToStepAsync(node: "5", step: 7);
        await SeeTextAsync(strip, "Image 1 of 1 - Step 7/20 (35%)");
        await Expect(strip.GetByTestId("preview").Last).ToHaveJSPropertyAsync("complete", true, new() { Timeout = Patience });
        (await strip.GetByTestId("preview").Last.EvaluateAsync<int>("image => image.naturalWidth")).ShouldBe(96);
        var early = await PercentAsync(strip);
        await ComfyUi.PlayToStepAsync(node: "5", step: 19);
        await SeeTextAsync(strip, "Image 1 of 1 - Step 19/20 (95%)");
        early.ShouldBeInRange(1, 60);
        (await PercentAsync(strip)).ShouldBeInRange(early + 20, 99);
        await ComfyUi.PlayToEndAsync();

        await SeePicturesAsync(strip, 1);
    }

    [Fact]
    public async Task Rendering_WithTwoSamplers_GoesForwardThroughBoth()
    {
        var run = RecordedRun.Load("16-two-samplers", prompt: 0);
        var samplers = run.Frames.Where(f => f["data"]?["type"]?.ToString() == "progress").Select(f => f["data"]!["data"]!["node"]!.ToString()).Distinct().ToList();
        var strip = await SubmitAsync(run);

        await ComfyUi.PlayToStepAsync(samplers[0], step: 4);
        await SeeTextAsync(strip, new Regex(@"Step 4/\d+"));
        var first = await PercentAsync(strip);
        await ComfyUi.PlayToStepAsync(samplers[1], step: 2);
        await SeeTextAsync(strip, new Regex(@"Step 2/\d+"));
        (await PercentAsync(strip)).ShouldBeGreaterThan(first);
        await ComfyUi.PlayToEndAsync();

        await SeePicturesAsync(strip, 1);
    }

    [Fact]
    public async Task Batch_OfALiveServer_EndsInAllFourPictures()
    {
        var strip = await SubmitAsync(RecordedRun.Load("03-batch-4", prompt: 0));

        await ComfyUi.PlayToEndAsync();

        await SeePicturesAsync(strip, 4);
    }

    [Fact]
    public async Task Prompt_ThatWasAllCached_StillEndsInItsPicture()
    {
        var strip = await SubmitAsync(RecordedRun.Load("v0.27.0/02-all-cached", prompt: 1));

        await ComfyUi.PlayToEndAsync();

        await SeePicturesAsync(strip, 1);
    }

    [Fact]
    public async Task Node_ThatRaised_IsShownWithWhatComfyUiSaid()
    {
        var run = RecordedRun.Load("v0.27.0/06-node-exception", prompt: 0);
        var error = run.Frames.Single(f => f["data"]?["type"]?.ToString() == "execution_error")["data"]!["data"]!;
        var strip = await SubmitAsync(run);

        await ComfyUi.PlayToEndAsync();

        await Expect(strip).ToHaveAttributeAsync("data-status", "failed", new() { Timeout = Patience });
        await Expect(strip.GetByTestId("comfyui-message")).ToContainTextAsync(error["exception_message"]!.ToString().Trim());
        await Expect(strip).ToContainTextAsync(error["node_type"]!.ToString());
    }

    private async Task<ILocator> SubmitAsync(RecordedRun run)
    {
        ComfyUi.Load(run);
        var gallery = new GalleryPage(await browser.NewVisitorAsync());
        await gallery.OpenAsync(Product.Url);
        var id = await Product.SubmitAsync(run.Workflow.ToJsonString());
        return gallery.Page.Locator($"[data-generation-id='{id}']");
    }

    private static Task SeeTextAsync(ILocator strip, string text) =>
        Expect(strip.Locator("[data-part=text]")).ToContainTextAsync(text, new() { Timeout = Patience });

    private static Task SeeTextAsync(ILocator strip, Regex text) =>
        Expect(strip.Locator("[data-part=text]")).ToContainTextAsync(text, new() { Timeout = Patience });

    private static async Task<int> PercentAsync(ILocator strip) => int.Parse(
        (await strip.GetByRole(AriaRole.Progressbar).GetAttributeAsync("aria-valuenow"))!, System.Globalization.CultureInfo.InvariantCulture);

    private static async Task SeePicturesAsync(ILocator strip, int count)
    {
        await Expect(strip).ToHaveAttributeAsync("data-status", "completed", new() { Timeout = Patience });
        await Expect(strip.GetByTestId("image")).ToHaveCountAsync(count, new() { Timeout = Patience });
    }
}
