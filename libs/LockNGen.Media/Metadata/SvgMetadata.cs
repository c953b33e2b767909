using System.Buffers;

namespace LockNGen.Media.Metadata;

/// <summary>
/// SVG: metadata and descriptions with their contents, comments and processing instructions are removed. ComfyUI's SaveSVGNode writes the workflow into a CDATA section
/// of a metadata element after each opening tag.
/// </summary>
internal static class SvgMetadata
{
    /// <summary>Larger drawings are reported as not cleaned.</summary>
    private const int LongestSvg = 32 << 20;

    private static readonly SearchValues<byte> NameEnds = SearchValues.Create(" \t\r\n/>"u8);

    /// <summary>Cleans the file; returns whether all of it was understood.</summary>
    public static async Task<bool> FilterAsync(FilteredCopy copy, CancellationToken cancellationToken)
    {
        var svg = await copy.TakeAsync(LongestSvg, cancellationToken);
        var cleaned = await copy.IsAtEndAsync(cancellationToken) && svg.AsSpan().IndexOf((byte)0) < 0 ? Clean(svg) : null;
        await copy.WriteAsync(cleaned ?? svg, cancellationToken);
        return cleaned is not null;
    }

    private static byte[]? Clean(ReadOnlySpan<byte> rest)
    {
        using var cleaned = new MemoryStream(rest.Length);
        var depth = 0;
        while (!rest.IsEmpty)
        {
            var open = rest.IndexOf((byte)'<');
            var (kind, length) = open == 0 ? MarkupAt(rest) : (Markup.Text, open < 0 ? rest.Length : open);
            if (length < 0)
                return null;
            var isMetadata = kind is Markup.Open or Markup.Close or Markup.Empty && IsMetadata(rest);
            if (isMetadata && kind == Markup.Open)
                depth++;
            if (depth == 0 && !isMetadata && kind != Markup.Comment)
                cleaned.Write(rest[..length]);
            if (isMetadata && kind == Markup.Close && --depth < 0)
                return null;
            rest = rest[length..];
        }

        return depth == 0 ? cleaned.ToArray() : null;
    }

    /// <summary>What starts here, and its length; negative if it does not end.</summary>
    private static (Markup Kind, int Length) MarkupAt(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("<!--"u8))
            return (Markup.Comment, After(text, "-->"u8));
        if (text.StartsWith("<![CDATA["u8))
            return (Markup.Text, After(text, "]]>"u8));
        if (text.StartsWith("<?"u8))
            return (text.StartsWith("<?xml"u8) ? Markup.Text : Markup.Comment, After(text, "?>"u8));
        if (text.StartsWith("<!"u8))
            return (Markup.Text, text.IndexOf((byte)'[') is > 0 and var bracket && bracket < text.IndexOf((byte)'>') ? After(text, "]>"u8) : After(text, ">"u8));
        var end = TagEnd(text);
        return (text.StartsWith("</"u8) ? Markup.Close : end > 1 && text[end - 2] == '/' ? Markup.Empty : Markup.Open, end);
    }

    /// <summary>The end of a tag, ignoring anything in quotes.</summary>
    private static int TagEnd(ReadOnlySpan<byte> tag)
    {
        for (var at = 1; at < tag.Length; at++)
        {
            if (tag[at] == '>')
                return at + 1;
            if (tag[at] is not ((byte)'"' or (byte)'\''))
                continue;
            if (tag[(at + 1)..].IndexOf(tag[at]) is var close && close < 0)
                return -1;
            at += close + 1;
        }

        return -1;
    }

    private static bool IsMetadata(ReadOnlySpan<byte> tag)
    {
        var name = tag[(tag.StartsWith("</"u8) ? 2 : 1)..];
        name = name[..Math.Max(0, name.IndexOfAny(NameEnds))];
        name = name[(name.IndexOf((byte)':') + 1)..];
        return name.SequenceEqual("metadata"u8) || name.SequenceEqual("desc"u8);
    }

    private static int After(ReadOnlySpan<byte> text, ReadOnlySpan<byte> end) => text.IndexOf(end) is >= 0 and var at ? at + end.Length : -1;

    private enum Markup
    {
        Text,
        Comment,
        Open,
        Close,
        Empty,
    }
}
