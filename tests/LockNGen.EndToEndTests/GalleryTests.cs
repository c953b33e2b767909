using LockNGen.TestSupport;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LockNGen.EndToEndTests;

/// <summary>A person, a browser, and what <c>./run</c> started.</summary>
public sealed class GalleryTests(RunningProduct product, Browser browser)
{
    private readonly string _prompt = $"a lighthouse at dusk, {Guid.NewGuid().ToString("N")[..8]}";

    [Fact]
    public async Task Newcomer_AsksForFourPictures_SeesTheBarMoveAndFourPictures()
    {
        var gallery = await OpenAsync();

        await gallery.GenerateAsync(_prompt, count: 4);
        var seen = await gallery.SeeProgressAsync(_prompt);
        await gallery.SeeProgressBeyondAsync(_prompt, seen);

        await gallery.SeePicturesAsync(_prompt, 4);
    }

    [Fact]
    public async Task Visitor_WhoReloadsInMidRun_SeesItGoOn()
    {
        var gallery = await OpenAsync();
        await gallery.GenerateAsync(_prompt, count: 2);
        await gallery.SeeProgressAsync(_prompt);

        await gallery.Page.ReloadAsync();

        await gallery.SeePicturesAsync(_prompt, 2);
    }

    [Fact]
    public async Task Visitor_WhoGoesOfflineInMidRun_IsNotifiedAndMissesNothing()
    {
        var gallery = await OpenAsync();
        await gallery.GenerateAsync(_prompt, count: 2);
        await gallery.SeeProgressAsync(_prompt);

        await gallery.Page.Context.SetOfflineAsync(true);
        await Expect(gallery.Page.GetByTestId("offline-banner")).Not.ToBeEmptyAsync();
        await gallery.Page.Context.SetOfflineAsync(false);

        await gallery.ConnectedAsync();
        await gallery.SeePicturesAsync(_prompt, 2);
    }

    [Fact]
    public async Task Visitor_WhoCancels_GetsAReceiptAndNoPictures()
    {
        var gallery = await OpenAsync();
        await gallery.GenerateAsync(_prompt, count: 20);
        await gallery.SeeProgressAsync(_prompt);

        await gallery.Strip(_prompt).GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();

        await gallery.SeeStatusAsync(_prompt, "cancelled");
    }

    [Fact]
    public async Task TwoVisitors_AtOnce_EachGetTheirOwnPictures()
    {
        var first = await OpenAsync("public");
        var second = await OpenAsync("public");

        await first.GenerateAsync(_prompt + " first");
        await second.GenerateAsync(_prompt + " second");

        await first.SeePicturesAsync(_prompt + " first", 1);
        await second.SeePicturesAsync(_prompt + " second", 1);
        await Expect(first.Strip(_prompt + " second")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Visitor_WhoAsksFourTimesInARow_GetsAllFour()
    {
        var gallery = await OpenAsync();

        for (var i = 1; i <= 4; i++)
            await gallery.GenerateAsync($"{_prompt} number {i}");

        for (var i = 1; i <= 4; i++)
            await gallery.SeePicturesAsync($"{_prompt} number {i}", 1);
    }

    [Fact]
    public async Task Visitor_WithAPictureToStartFrom_GetsAVariationOfIt()
    {
        var gallery = await OpenAsync();

        await gallery.ChooseAsync("Image to image");
        await gallery.StartFromPictureAsync();
        await gallery.GenerateAsync(_prompt);

        await gallery.SeePicturesAsync(_prompt, 1);
    }

    [Fact]
    public async Task Visitor_WhoPaintsAMask_GetsAnInpaintedPicture()
    {
        var gallery = await OpenAsync();

        await gallery.ChooseAsync("Inpaint");
        await gallery.StartFromPictureAsync();
        await gallery.Page.GetByRole(AriaRole.Button, new() { Name = "Everything" }).ClickAsync();
        await gallery.GenerateAsync(_prompt);

        await gallery.SeePicturesAsync(_prompt, 1);
    }

    [Fact]
    public async Task Visitor_WhoseModelIsGone_SeesWhichOnesExist()
    {
        var gallery = await OpenAsync();
        await gallery.Page.GetByRole(AriaRole.Button, new() { Name = "More", Exact = true }).ClickAsync();
        var models = gallery.Page.GetByRole(AriaRole.Combobox, new() { Name = "Model" });
        // A model that was there when the page was loaded, and has been deleted since.
        await models.EvaluateAsync("select => select.add(new Option('dreamshaper_7.safetensors'))");
        await models.SelectOptionAsync("dreamshaper_7.safetensors");

        await gallery.GenerateAsync(_prompt);

        await Expect(gallery.Refusal).ToContainTextAsync("dreamshaper_8.safetensors");
    }

    [Fact]
    public async Task Phone_NarrowScreen_NeedsNoSidewaysScrolling()
    {
        var gallery = new GalleryPage(await browser.NewVisitorAsync(width: 390, height: 844));
        await gallery.OpenAsync(product.Url);

        var overflow = await gallery.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

        overflow.ShouldBeLessThanOrEqualTo(0);
    }

    [Fact]
    public async Task Visitor_WhoseWorkflowMakesPictureTextAndSound_GetsEachAsWhatItIs()
    {
        var gallery = await OpenAsync();

        var id = await product.SubmitAsync(Workflows.PictureTextAndSound);

        var strip = gallery.Page.Locator($"[data-generation-id='{id}']");
        await Expect(strip).ToHaveAttributeAsync("data-status", "completed", new() { Timeout = 120_000 });
        await Expect(strip.GetByRole(AriaRole.Heading)).ToHaveCountAsync(3);
        await Expect(strip.GetByRole(AriaRole.Heading, new() { Name = "Final" })).ToBeVisibleAsync();
        await Expect(strip.Locator("[data-kind=image] img")).ToHaveJSPropertyAsync("complete", true);
        await Expect(strip.Locator("[data-kind=text]").GetByTestId("text")).ToHaveTextAsync("64");
        // The browser has understood the file: it knows how long it plays.
        await gallery.Page.WaitForFunctionAsync("document.querySelector('[data-kind=audio] audio').duration > 0.5");
        await strip.GetByRole(AriaRole.Button, new() { Name = "Read Text" }).ClickAsync();
        await Expect(gallery.Page.GetByTestId("lightbox")).ToContainTextAsync("64");
    }

    [Fact]
    public async Task Visitor_WhoseWorkflowMakesEveryKind_SeesEachAsWhatItIs()
    {
        var gallery = await OpenAsync();
        var page = gallery.Page;
        var id = await product.SubmitAsync(EveryKind.Workflow);

        var strip = page.Locator($"[data-generation-id='{id}']");
        await Expect(strip).ToHaveAttributeAsync("data-status", "completed", new() { Timeout = 120_000 });
        await Expect(strip.GetByRole(AriaRole.Heading)).ToHaveCountAsync(12);
        var pictures = strip.Locator("[data-kind=image] img");
        await Expect(pictures).ToHaveCountAsync(4);
        for (var i = 0; i < 4; i++)
        {
            await pictures.Nth(i).ScrollIntoViewIfNeededAsync();
            await Expect(pictures.Nth(i)).ToHaveJSPropertyAsync("complete", true);
            (await pictures.Nth(i).EvaluateAsync<int>("image => image.naturalWidth")).ShouldBeGreaterThan(0, $"picture {i + 1}");
        }

        // The browser has understood the files: it knows how large they are, and how long they play.
        foreach (var (kind, element, count) in new[] { ("video", "video", 2), ("audio", "audio", 3) })
        {
            await Expect(strip.Locator($"[data-kind={kind}] {element}")).ToHaveCountAsync(count);
            await page.WaitForFunctionAsync($"[...document.querySelectorAll(\"[data-generation-id='{id}'] [data-kind={kind}] {element}\")].every(m => m.duration > 0.05)");
        }

        await Expect(strip.Locator("[data-kind=text]").GetByTestId("text")).ToHaveTextAsync("A harbour at night.");
        await Expect(strip.Locator("[data-kind=latent]")).ToContainTextAsync("noise_");
        await Pictures.KeepAsync(page, "gallery-kinds", strip);

        await strip.Locator("[data-kind=model]").GetByRole(AriaRole.Button, new() { NameRegex = new("View") }).ClickAsync();
        var stage = page.GetByTestId("lightbox").Locator("canvas");
        await Expect(stage).ToBeVisibleAsync();
        await Pictures.KeepAsync(page, "gallery-model");
        await page.Keyboard.PressAsync("Escape");

        var download = await page.RunAndWaitForDownloadAsync(() => strip.Locator("[data-kind=latent]").GetByRole(AriaRole.Link).ClickAsync());
        download.SuggestedFilename.ShouldStartWith("noise_");
    }

    [Fact]
    public async Task Result_ThatMayKeepItsWorkflow_IsShownWithAWarning()
    {
        product.WriteResult("scan.tiff", "II*\0 a format that is not cleaned");
        var gallery = await OpenAsync();

        var id = await product.SubmitAsync(Workflows.Hands("scan.tiff"));

        var strip = gallery.Page.Locator($"[data-generation-id='{id}']");
        await Expect(strip).ToHaveAttributeAsync("data-status", "completed", new() { Timeout = 120_000 });
        await Expect(strip.GetByTestId("warnings")).ToContainTextAsync("scan.tiff still contains its metadata");
    }

    [Theory]
    [InlineData("image", "drawing.svg", """<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><script>localStorage.setItem('owned', 'yes')</script></svg>""")]
    [InlineData("file", "page.html", "<!doctype html><script>localStorage.setItem('owned', 'yes')</script>")]
    public async Task Result_ThatCarriesAScript_IsDownloadedAndRunsNowhere(string kind, string filename, string content)
    {
        product.WriteResult(filename, content);
        var gallery = await OpenAsync();
        var id = await product.SubmitAsync(Workflows.Hands(filename));
        var strip = gallery.Page.Locator($"[data-generation-id='{id}']");
        await Expect(strip).ToHaveAttributeAsync("data-status", "completed", new() { Timeout = 120_000 });

        await Expect(strip.GetByTestId("result")).ToHaveAttributeAsync("data-kind", kind);

        var visit = await gallery.Page.Context.NewPageAsync();
        await visit.GotoAsync(product.Url + "config.json");
        var download = await visit.RunAndWaitForDownloadAsync(
            () => visit.EvaluateAsync("url => { location.href = url; }", $"{product.Url}api/generations/{id}/images/1"));

        download.SuggestedFilename.ShouldBe(filename);
        (await gallery.Page.EvaluateAsync<string?>("localStorage.getItem('owned')")).ShouldBeNull();
    }

    [Fact]
    public async Task Page_ThatClaimsToBeAPicture_IsNoResult()
    {
        product.WriteResult("picture.png", "<!doctype html><script>localStorage.setItem('owned', 'yes')</script>");
        var gallery = await OpenAsync();

        var id = await product.SubmitAsync(Workflows.Hands("picture.png"));

        var strip = gallery.Page.Locator($"[data-generation-id='{id}']");
        await Expect(strip).ToHaveAttributeAsync("data-status", "failed", new() { Timeout = 120_000 });
        await Expect(strip).ToContainTextAsync("picture.png");
    }

    private async Task<GalleryPage> OpenAsync(string path = "")
    {
        var gallery = new GalleryPage(await browser.NewVisitorAsync());
        await gallery.OpenAsync(product.Url + path);
        return gallery;
    }
}
