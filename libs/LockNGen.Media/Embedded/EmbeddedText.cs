namespace LockNGen.Media.Embedded;

/// <summary>A text stored in a file alongside its picture or sound: ComfyUI writes <c>prompt</c> and <c>workflow</c>.</summary>
public sealed record EmbeddedText(string Key, string Text)
{
    /// <summary>The longest text that is read; no workflow is longer.</summary>
    internal const int Longest = 32 << 20;

    /// <summary>Reads all texts of a file of any known kind; none where it has none or its kind is unknown.</summary>
    public static IReadOnlyList<EmbeddedText> ReadAll(ReadOnlySpan<byte> file)
    {
        var texts = new List<EmbeddedText>();
        PngTexts.Read(file, texts);
        RiffTexts.Read(file, texts);
        JpegTexts.Read(file, texts);
        IsoMediaTexts.Read(file, texts);
        MatroskaTexts.Read(file, texts);
        FlacTexts.Read(file, texts);
        OggTexts.Read(file, texts);
        Mp3Texts.Read(file, texts);
        GlbTexts.Read(file, texts);
        SafetensorsTexts.Read(file, texts);
        SvgTexts.Read(file, texts);
        return texts;
    }
}
