using System.Text;
using System.Text.Json;
using LockNGen.Media.Types;

namespace LockNGen.Media.Formats;

/// <summary>Text, and its kind: SVG, HTML, XML, glTF, JSON, OBJ, STL, or plain text.</summary>
internal static class TextFormats
{
    public static MediaInfo? Read(ReadOnlySpan<byte> head)
    {
        if (Decode(head) is not { Length: > 0 } text)
            return null;
        var begin = text.AsSpan().TrimStart();
        if (begin is ['<', ..])
            return new(MarkupFormats.TypeOf(begin));
        if (begin is ['{' or '[', ..] && ReadJson(Encoding.UTF8.GetBytes(begin.ToString())) is { } json)
            return new(json);
        if (begin.StartsWith("solid", StringComparison.Ordinal) && begin.Contains("facet ", StringComparison.Ordinal))
            return new(MediaType.Stl);
        return new(IsObj(begin) ? MediaType.Obj : MediaType.Text);
    }

    /// <summary>The text; null if control characters or invalid UTF-8 show that it is not text. A character cut off at the end is dropped.</summary>
    private static string? Decode(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            return (head[0] == 0xFF ? Encoding.Unicode : Encoding.BigEndianUnicode).GetString(head[2..^(head.Length & 1)]);
        if (head.StartsWith(Encoding.UTF8.Preamble))
            head = head[3..];
        for (var cut = 0; cut < 4 && cut < head.Length; cut++)
        {
            if (System.Text.Unicode.Utf8.IsValid(head[..^cut]))
                return head.ContainsAnyInRange((byte)0, (byte)8) || head.ContainsAnyInRange((byte)14, (byte)26) ? null : Encoding.UTF8.GetString(head[..^cut]);
        }

        return null;
    }

    /// <summary>glTF is JSON with an asset that has a version; null if the bytes read are not JSON.</summary>
    private static MediaType? ReadJson(ReadOnlySpan<byte> json)
    {
        var (hasAsset, atAsset) = (false, false);
        try
        {
            var reader = new Utf8JsonReader(json, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = 512 }));
            while (reader.Read())
            {
                if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 })
                    atAsset = reader.ValueTextEquals("asset"u8);
                hasAsset |= atAsset && reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 2 } && reader.ValueTextEquals("version"u8);
            }

            return hasAsset ? MediaType.Gltf : MediaType.Json;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter: a name with half a surrogate pair.
            return null;
        }
    }

    /// <summary>Wavefront OBJ has only a few kinds of lines, among them a vertex of three numbers.</summary>
    private static bool IsObj(ReadOnlySpan<char> text)
    {
        const int Lines = 200;
        var (seen, hasVertex) = (0, false);
        foreach (var raw in text.EnumerateLines())
        {
            var line = raw.Trim();
            if (line.IsEmpty || line[0] == '#')
                continue;
            var word = line[..(line.IndexOfAny(' ', '\t') is > 0 and var end ? end : line.Length)];
            if (word is not ("v" or "vn" or "vt" or "vp" or "f" or "l" or "p" or "o" or "g" or "s" or "mtllib" or "usemtl"))
                // The last line may be truncated.
                return hasVertex && seen > Lines / 2;
            hasVertex |= word is "v" && line.ContainsAnyInRange('0', '9');
            if (++seen == Lines)
                break;
        }

        return hasVertex;
    }
}
