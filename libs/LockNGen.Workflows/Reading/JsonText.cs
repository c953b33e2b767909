using System.Text;

namespace LockNGen.Workflows.Reading;

/// <summary>A file that is JSON, in any encoding that editors and shells write.</summary>
internal static class JsonText
{
    private static readonly Encoding[] Marked = [Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode];

    /// <summary>Its text; null if it is something else.</summary>
    public static string? In(ReadOnlySpan<byte> file)
    {
        foreach (var encoding in Marked)
        {
            if (file.StartsWith(encoding.Preamble) && encoding.GetString(file[encoding.Preamble.Length..]) is var text && text.AsSpan().TrimStart() is ['{' or '[', ..])
                return text;
        }

        return file.TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..] ? Encoding.UTF8.GetString(file) : null;
    }
}
