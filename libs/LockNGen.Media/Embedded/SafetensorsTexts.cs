using LockNGen.Media.Formats;

namespace LockNGen.Media.Embedded;

/// <summary>Latents and models: <c>__metadata__</c> in the header.</summary>
internal static class SafetensorsTexts
{
    public static void Read(ReadOnlySpan<byte> file, List<EmbeddedText> texts)
    {
        var length = file.Little64(0);
        if (length is > 2 and < EmbeddedText.Longest && file.Byte(8) == (byte)'{')
            JsonTexts.Read(file.From(8, (long)length), texts, "__metadata__");
    }
}
