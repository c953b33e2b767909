using LockNGen.Media.Formats;

namespace LockNGen.Media.Embedded;

/// <summary>GLB: the contents of <c>asset.extras</c> in its JSON.</summary>
internal static class GlbTexts
{
    public static void Read(ReadOnlySpan<byte> file, List<EmbeddedText> texts)
    {
        if (!file.StartsWith("glTF"u8) || !file.Has(16, "JSON"u8))
            return;
        var json = file.From(20, file.Little32(12));
        JsonTexts.Read(json, texts, "asset", "extras");
        JsonTexts.Read(json, texts, "extras");
    }
}
