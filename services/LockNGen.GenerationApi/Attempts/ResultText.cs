using System.Text;
using LockNGen.Contracts;
using LockNGen.Hosting;
using LockNGen.Media.Types;

namespace LockNGen.GenerationApi.Attempts;

/// <summary>A text that a node returned.</summary>
internal static class ResultText
{
    /// <summary>Its type, regardless of its content.</summary>
    public static MediaType Type { get; } = MediaType.Text with { ContentType = "text/plain; charset=utf-8" };

    /// <summary>The beginning of a text, as much as events carry.</summary>
    public static string Inline(ReadOnlySpan<byte> head) =>
        // PostgreSQL and some JSON readers do not accept U+0000.
        Encoding.UTF8.GetString(head).Replace('\0', '\uFFFD').Truncate(GenerationImage.MaxInlineText);
}
