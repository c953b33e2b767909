using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using LockNGen.TestSupport;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LockNGen.EndToEndTests;

/// <summary>A user's own workflow, dropped on the page or chosen by keyboard, until its results are shown.</summary>
public sealed class WorkflowTests(RunningProduct product, Browser browser)
{
    private static readonly string Axe = File.ReadAllText(Path.Combine(Repository.Root, "clients", "node_modules", "axe-core", "axe.min.js"));

    /// <summary>On a busy machine.</summary>
    private const float Patience = 120_000;

    private readonly string _name = "film-" + Guid.NewGuid().ToString("N")[..8];

    [Fact]
    public async Task Picture_ThatCarriesAWorkflow_DroppedOnThePage_BecomesAFormAndMakesAFilm()
    {
        var gallery = await OpenAsync(1280, 900);
        var page = gallery.Page;
        var picture = PngWith(await page.ScreenshotAsync(new() { Clip = new() { X = 0, Y = 0, Width = 64, Height = 64 } }), "workflow", Film.Editor);

        await DropAsync(page, _name + ".png", "image/png", picture);
        var sheet = page.GetByTestId("import-sheet");
        await Expect(sheet.GetByTestId("parameter-row").First).ToBeVisibleAsync(new() { Timeout = Patience });
        await AccessibleAsync(page);
        await Pictures.KeepAsync(page, "workflow-sheet");
        await sheet.GetByRole(AriaRole.Button, new() { Name = "Save as template" }).ClickAsync();

        // Without waiting for the next request to the server, the form shows what was saved.
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = _name })).ToBeCheckedAsync();
        await AccessibleAsync(page);
        await Pictures.KeepAsync(page, "workflow-form");
        await page.GetByRole(AriaRole.Button, new() { Name = "More", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Spinbutton, new() { Name = "Steps" }).FillAsync("3");
        await gallery.GenerateAsync($"a ship {_name}");

        await gallery.SeeStatusAsync($"a ship {_name}", "completed");
        await Expect(gallery.Strip($"a ship {_name}").Locator("[data-kind=video] video")).ToHaveCountAsync(1);
        await page.WaitForFunctionAsync("name => [...document.querySelectorAll('[data-testid=generation]')].some(s => s.textContent.includes(name) && s.querySelector('video')?.duration > 0.05)", _name);
        await Pictures.KeepAsync(page, "workflow-film");
        var id = await gallery.Strip($"a ship {_name}").GetAttributeAsync("data-generation-id");
        var generation = JsonElement.Parse(await product.Http.GetStringAsync($"api/generations/{id}"));
        generation.GetProperty("parameters").GetProperty("steps").GetInt32().ShouldBe(3);

        await page.GetByRole(AriaRole.Button, new() { Name = "Show to everyone" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Show only to me" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete template" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete for good?" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = _name })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task EditorsFile_OnANarrowScreen_BecomesAFormByKeyboardAlone()
    {
        var gallery = await OpenAsync(390, 844);
        var page = gallery.Page;

        // With the list of templates, the page redraws what is beside it.
        await Expect(page.GetByRole(AriaRole.Radio).First).ToBeVisibleAsync(new() { Timeout = Patience });
        var chooser = await page.RunAndWaitForFileChooserAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "Add workflow" }).PressAsync("Enter"));
        await chooser.SetFilesAsync(new FilePayload { Name = _name + ".json", MimeType = "application/json", Buffer = Encoding.UTF8.GetBytes(Film.Editor) });
        var sheet = page.GetByTestId("import-sheet");
        await Expect(sheet.GetByTestId("parameter-row").First).ToBeVisibleAsync(new() { Timeout = Patience });
        (await page.EvaluateAsync<bool>("document.querySelector('[data-testid=import-sheet]').contains(document.activeElement)")).ShouldBeTrue();
        (await sheet.EvaluateAsync<int>("sheet => sheet.scrollWidth - sheet.clientWidth")).ShouldBeLessThanOrEqualTo(0);
        await AccessibleAsync(page);
        await Pictures.KeepAsync(page, "workflow-phone");

        await TabToAsync(page, "Try it");
        await page.Keyboard.PressAsync("Enter");
        await Expect(sheet.GetByRole(AriaRole.Status)).ToHaveTextAsync(new Regex("On its way"));
        await page.Keyboard.PressAsync("Escape");
        await Expect(sheet).ToHaveCountAsync(0);
        await Expect(page.Locator("[data-testid=generation] [data-kind=video] video").First).ToBeAttachedAsync(new() { Timeout = Patience });
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth")).ShouldBeLessThanOrEqualTo(0);
    }

    private async Task<GalleryPage> OpenAsync(int width, int height)
    {
        var gallery = new GalleryPage(await browser.NewVisitorAsync(width, height));
        await gallery.OpenAsync(product.Url);
        return gallery;
    }

    /// <summary>What a drop from the desktop is for the page.</summary>
    private static async Task DropAsync(IPage page, string name, string type, byte[] content) => await page.EvaluateAsync(
        """
        ([name, type, content]) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name, { type }));
          document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
        }
        """,
        new object[] { name, type, Convert.ToBase64String(content) });

    private static async Task TabToAsync(IPage page, string name)
    {
        for (var tabs = 0; tabs < 300; tabs++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<string>("document.activeElement?.textContent ?? ''") == name)
                return;
        }

        throw new InvalidOperationException($"No press of Tab leads to '{name}'.");
    }

    private static async Task AccessibleAsync(IPage page)
    {
        await page.EvaluateAsync(Axe);
        var violations = await page.EvaluateAsync<string[]>("axe.run().then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`))");
        violations.ShouldBeEmpty();
    }

    /// <summary>The picture with a text behind its header, as ComfyUI writes it.</summary>
    private static byte[] PngWith(byte[] png, string key, string text)
    {
        const int HeaderEnd = 33;
        byte[] body = [.. "tEXt"u8, .. Encoding.Latin1.GetBytes(key), 0, .. Encoding.Latin1.GetBytes(text)];
        return [.. png[..HeaderEnd], .. BigEndian((uint)body.Length - 4), .. body, .. BigEndian(Crc(body)), .. png[HeaderEnd..]];
    }

    private static byte[] BigEndian(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }
}
