using LockNGen.GenerationApi.Images;

namespace LockNGen.GenerationApi.Tests.Support;

/// <summary>Small files that are really what they say.</summary>
internal static class Pictures
{
    public static byte[] Png(int width, int height, byte shade = 128)
    {
        using var png = new MemoryStream();
        var pixels = new byte[width * height * 3];
        Array.Fill(pixels, shade);
        new PngPicture(width, height, 3, pixels).Write(png);
        return png.ToArray();
    }
}
