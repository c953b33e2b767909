using Microsoft.Playwright;

namespace LockNGen.EndToEndTests;

/// <summary>Pictures of the gallery for docs/, taken where <c>SHOTS</c> names a folder.</summary>
internal static class Pictures
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("SHOTS");

    public static async Task KeepAsync(IPage page, string name, ILocator? part = null)
    {
        if (Folder is null)
            return;
        var path = Path.Combine(Folder, name + ".png");
        await (part is null ? page.ScreenshotAsync(new() { Path = path }) : part.ScreenshotAsync(new() { Path = path }));
    }
}
