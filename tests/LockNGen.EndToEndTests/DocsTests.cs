using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LockNGen.EndToEndTests;

/// <summary><c>/docs</c> in a browser: every document that it lists is there, and shown.</summary>
public sealed partial class DocsTests(RunningProduct product, Browser browser)
{
    [Fact]
    public async Task Page_ShowsEveryDocumentThatItLists()
    {
        var page = await browser.NewVisitorAsync();
        var failed = new List<string>();
        page.Response += (_, response) =>
        {
            if (!response.Ok)
                failed.Add($"{response.Status} {response.Url}");
        };
        page.PageError += (_, error) => failed.Add(error);

        var answer = await page.GotoAsync(product.Url + "docs/");
        var listed = Listed().Matches(await answer!.TextAsync()).Select(m => m.Groups[1].Value.TrimStart('/')).ToList();

        // One process, one document, with the webhooks in it.
        listed.ShouldBe(["openapi/v1.json"]);
        var document = JsonElement.Parse(await product.Http.GetStringAsync(listed[0]));
        document.GetProperty("paths").TryGetProperty("/api/webhooks", out _).ShouldBeTrue();
        var title = document.GetProperty("info").GetProperty("title").GetString()!;
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = title }).First).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "post /api/generations", Exact = true }).First).ToBeAttachedAsync();
        failed.ShouldBeEmpty();
    }

    [GeneratedRegex("""["']([^"']*openapi[^"']*\.json)["']""")]
    private static partial Regex Listed();
}
