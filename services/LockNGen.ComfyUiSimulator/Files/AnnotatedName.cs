namespace LockNGen.ComfyUiSimulator.Files;

/// <summary>A file name that may say in brackets where the file is: <c>in.png [input]</c>.</summary>
internal readonly record struct AnnotatedName(string Name, FileKind? Kind)
{
    public static AnnotatedName Parse(string text)
    {
        foreach (var kind in Enum.GetValues<FileKind>())
        {
            var suffix = $"[{kind.Wire()}]";
            if (text.EndsWith(suffix, StringComparison.Ordinal))
                return new AnnotatedName(text[..^suffix.Length].TrimEnd(), kind);
        }

        return new AnnotatedName(text, Kind: null);
    }
}
