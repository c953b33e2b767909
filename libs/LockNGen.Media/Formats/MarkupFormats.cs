using System.Buffers;
using LockNGen.Media.Types;

namespace LockNGen.Media.Formats;

/// <summary>
/// Text that starts with a tag, by its first element: SVG, HTML, or other XML. Anything a browser could take for HTML is HTML
/// (WHATWG, MIME Sniffing), and is treated as such.
/// </summary>
internal static class MarkupFormats
{
    private static readonly string[] Html =
    [
        "!doctype html", "html", "head", "script", "iframe", "h1", "div", "font", "table", "a", "style", "title", "b", "body", "br", "p", "meta", "link", "img", "form",
    ];

    private static readonly SearchValues<char> NameEnds = SearchValues.Create(" \t\r\n/>");

    public static MediaType TypeOf(ReadOnlySpan<char> text)
    {
        var hasDoctypeOfSvg = false;
        // What comes before the first element: declarations, comments, a document type.
        while (text is ['<', '?' or '!', ..])
        {
            if (Begins(text, "!doctype html"))
                return MediaType.Html;
            hasDoctypeOfSvg |= Begins(text, "!doctype svg");
            text = text[EndOf(text)..].TrimStart();
        }

        // If the prolog is longer than the bytes read, the element is not seen.
        if (text is not ['<', ..])
            return hasDoctypeOfSvg ? MediaType.Svg : MediaType.Xml;
        var name = text[1..][..(text[1..].IndexOfAny(NameEnds) is >= 0 and var end ? end : text.Length - 1)];
        name = name[(name.IndexOf(':') + 1)..];
        if (name.Equals("svg", StringComparison.OrdinalIgnoreCase))
            return MediaType.Svg;
        foreach (var tag in Html)
        {
            if (name.Equals(tag, StringComparison.OrdinalIgnoreCase))
                return MediaType.Html;
        }

        return MediaType.Xml;
    }

    private static bool Begins(ReadOnlySpan<char> text, ReadOnlySpan<char> tag) => text[1..].StartsWith(tag, StringComparison.OrdinalIgnoreCase);

    private static int EndOf(ReadOnlySpan<char> text)
    {
        var close = text.StartsWith("<!--", StringComparison.Ordinal) ? "-->" : text[1] == '?' ? "?>" : ">";
        // A document type may declare entities between brackets.
        if (close == ">" && text.IndexOf('[') is > 0 and var bracket && bracket < text.IndexOf('>'))
            close = "]>";
        return text.IndexOf(close, StringComparison.Ordinal) is >= 0 and var at ? at + close.Length : text.Length;
    }
}
