using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>Repairs what Python accepts as text: file names may contain halves of surrogate pairs, which no other reader accepts.</summary>
internal static class JsonText
{
    private const string Replacement = "\\ufffd";

    /// <summary>Whether a document has no halves of characters for sure.</summary>
    public static bool IsSound(ReadOnlySpan<byte> json) => Utf8.IsValid(json) && json.IndexOf("\\ud"u8) < 0 && json.IndexOf("\\uD"u8) < 0;

    /// <summary>The same document without halves of characters; what is sound already is not copied.</summary>
    public static ReadOnlyMemory<byte> Sound(ReadOnlyMemory<byte> json)
    {
        var bytes = json.Span;
        if (IsSound(bytes))
            return json;
        var text = Encoding.UTF8.GetString(bytes);
        var sound = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var length = text[at] == '\\' ? EscapeLength(text, at) : 1;
            if (SurrogateAt(text, at) is { } surrogate)
            {
                var isPair = char.IsHighSurrogate(surrogate) && SurrogateAt(text, at + length) is { } low && char.IsLowSurrogate(low);
                if (isPair)
                    length += EscapeLength(text, at + length);
                sound.Append(isPair ? text.AsSpan(at, length) : Replacement);
            }
            else
            {
                sound.Append(text, at, length);
            }

            at += length;
        }

        return Encoding.UTF8.GetBytes(sound.ToString());
    }

    /// <summary>As much of the inside of a string as is not cut in the middle of a character or an escape.</summary>
    public static ReadOnlySpan<byte> Whole(ReadOnlySpan<byte> text)
    {
        var at = 0;
        while (at < text.Length)
        {
            var length = text[at] switch
            {
                (byte)'\\' => at + 1 < text.Length && text[at + 1] == 'u' ? Replacement.Length : 2,
                >= 0xF0 => 4,
                >= 0xE0 => 3,
                >= 0xC0 => 2,
                _ => 1,
            };
            if (at + length > text.Length)
                break;
            at += length;
        }

        return text[..at];
    }

    private static int EscapeLength(string text, int at) => Math.Min(at + 1 < text.Length && text[at + 1] == 'u' ? Replacement.Length : 2, text.Length - at);

    private static char? SurrogateAt(string text, int at) =>
        at + Replacement.Length <= text.Length && text[at] == '\\' && text[at + 1] == 'u'
        && ushort.TryParse(text.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) && char.IsSurrogate((char)code)
            ? (char)code
            : null;
}
