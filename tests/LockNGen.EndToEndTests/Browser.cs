using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace LockNGen.EndToEndTests;

/// <summary>Debian's Chromium, headless; each test opens its own context (cookies, local storage).</summary>
public sealed class Browser : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";

    private readonly ConcurrentDictionary<string, List<(string Test, IBrowserContext Context)>> _opened = new();
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Chromium))
            throw new InvalidOperationException("Chromium is not installed: apt-get install chromium");
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium,
            Headless = true,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
    }

    /// <summary>A new page of a new visitor. Errors that the page throws fail the test that asks for them.</summary>
    public async Task<IPage> NewVisitorAsync(int width = 1280, int height = 900)
    {
        var context = await _browser!.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = height } });
        context.SetDefaultTimeout(60_000);
        var (testClass, test) = (TestContext.Current.TestClass!.UniqueID, TestContext.Current.Test!.UniqueID);
        // Tests of one class run one after the other. Pages that are no longer used keep drawing, and slow down the others.
        var opened = _opened.GetOrAdd(testClass, _ => []);
        foreach (var (_, left) in opened.Where(o => o.Test != test))
            await left.CloseAsync();
        opened.RemoveAll(o => o.Test != test);
        opened.Add((test, context));
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}
