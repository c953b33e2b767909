using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using SkiaSharp;

namespace LockNGen.GenerationApi.Tests.Support;

/// <summary>Small files that really are of the type that they claim.</summary>
internal static class Pictures
{
    public static byte[] Png(int width, int height, byte shade = 128)
    {
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        bitmap.Erase(new SKColor(shade, shade, shade));
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    /// <summary>A picture with a text chunk after its header, as ComfyUI writes the workflow into its files.</summary>
    public static byte[] WithText(string keyword, string text, bool isCompressed = false)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(Encoding.Latin1.GetBytes(text));
        byte[] data = [.. Encoding.Latin1.GetBytes(keyword), 0, .. isCompressed ? [0, .. compressed.ToArray()] : Encoding.Latin1.GetBytes(text)];
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        var png = Png(1, 1);
        // The checksum does not matter here.
        return [.. png[..33], .. length, .. Encoding.ASCII.GetBytes(isCompressed ? "zTXt" : "tEXt"), .. data, 0, 0, 0, 0, .. png[33..]];
    }
}
