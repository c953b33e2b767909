using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LockNGen.EndToEndTests;

/// <summary>What a person can see and do on the gallery page; its names are listed in clients/gallery/README.md.</summary>
internal sealed class GalleryPage(IPage page)
{
    /// <summary>A whole batch on a busy machine.</summary>
    private const float RunPatience = 120_000;

    public IPage Page => page;

    public async Task OpenAsync(string url)
    {
        await page.GotoAsync(url);
        await ConnectedAsync();
    }

    /// <summary>Waits until the page shows that it is connected to the gateway.</summary>
    public Task ConnectedAsync() =>
        Expect(page.GetByTestId("connection")).ToHaveAttributeAsync("data-status", "connected", new() { Timeout = RunPatience });

    /// <summary>Describes a picture and presses Generate.</summary>
    public async Task GenerateAsync(string prompt, int count = 1)
    {
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Prompt", Exact = true }).FillAsync(prompt);
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Number of pictures" }).FillAsync(count.ToString(CultureInfo.InvariantCulture));
        await page.GetByRole(AriaRole.Button, new() { Name = "Generate", Exact = true }).ClickAsync();
    }

    /// <summary>Chooses a template by its title.</summary>
    public Task ChooseAsync(string template) => page.GetByRole(AriaRole.Radio, new() { Name = template }).CheckAsync(new() { Force = true });

    /// <summary>Gives the template a picture to start from: a PNG, here a piece of the page itself.</summary>
    public async Task StartFromPictureAsync()
    {
        var picture = await page.ScreenshotAsync(new() { Clip = new() { X = 0, Y = 0, Width = 256, Height = 256 } });
        await page.GetByTestId("drop-zone").Locator("input[type=file]").SetInputFilesAsync(
            new FilePayload { Name = "start.png", MimeType = "image/png", Buffer = picture });
    }

    /// <summary>The form's message about a request that was refused.</summary>
    public ILocator Refusal => page.GetByTestId("composer").GetByRole(AriaRole.Alert);

    /// <summary>The generation of a prompt, once it is on the film.</summary>
    public ILocator Strip(string prompt) => page.GetByRole(AriaRole.Article, new() { Name = prompt });

    /// <summary>Waits for "Image 2 of 4 - Step 12/20 (60%)" and a bar that is neither empty nor full; returns the bar's percentage.</summary>
    public async Task<int> SeeProgressAsync(string prompt)
    {
        var strip = Strip(prompt);
        await Expect(strip.Locator("[data-part=text]")).ToHaveTextAsync(
            new Regex(@"Image \d+ of \d+ - Step \d+/\d+ \(\d+%\)"), new() { Timeout = RunPatience });
        var bar = strip.GetByRole(AriaRole.Progressbar);
        await Expect(bar).ToHaveAttributeAsync("aria-valuenow", new Regex("^[1-9][0-9]?$"), new() { Timeout = RunPatience });
        return int.Parse((await bar.GetAttributeAsync("aria-valuenow"))!, CultureInfo.InvariantCulture);
    }

    /// <summary>Waits until the bar has passed a percentage, or the generation has ended.</summary>
    public Task SeeProgressBeyondAsync(string prompt, int percent) => page.WaitForFunctionAsync(
        """
        ([prompt, percent]) => [...document.querySelectorAll('[data-testid=generation]')].some((strip) => {
          if (!strip.textContent.includes(prompt) && strip.getAttribute('aria-label') !== prompt) return false;
          if (strip.dataset.status === 'completed') return true;
          const bar = strip.querySelector('[role=progressbar]');
          return bar !== null && Number(bar.getAttribute('aria-valuenow')) > percent;
        })
        """,
        new object[] { prompt, percent },
        new() { Timeout = RunPatience });

    /// <summary>Waits until the generation has ended like this.</summary>
    public Task SeeStatusAsync(string prompt, string status) =>
        Expect(Strip(prompt)).ToHaveAttributeAsync("data-status", status, new() { Timeout = RunPatience });

    /// <summary>Waits for this many finished pictures, and for the bytes of each.</summary>
    public async Task SeePicturesAsync(string prompt, int count)
    {
        await SeeStatusAsync(prompt, "completed");
        var pictures = Strip(prompt).GetByTestId("image");
        await Expect(pictures).ToHaveCountAsync(count, new() { Timeout = RunPatience });
        for (var i = 0; i < count; i++)
        {
            await pictures.Nth(i).ScrollIntoViewIfNeededAsync();
            await Expect(pictures.Nth(i)).ToHaveJSPropertyAsync("complete", true);
            (await pictures.Nth(i).EvaluateAsync<int>("image => image.naturalWidth")).ShouldBeGreaterThan(0);
        }
    }
}
