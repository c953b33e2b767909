namespace LockNGen.Hosting;

/// <summary>Shortens texts of others to the length that we keep or show.</summary>
public static class TextExtensions
{
    /// <summary>
    /// The beginning of a text, at most that many characters. Never half a surrogate pair, as of an emoji: PostgreSQL and JSON reject those.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="length">How much of it; at least 1.</param>
    public static string Truncate(this string text, int length) =>
        text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];

    /// <summary>The same for people to read: three dots mark what was cut off.</summary>
    /// <param name="text">The text.</param>
    /// <param name="length">How much of it, without the dots; at least 1.</param>
    public static string Shorten(this string text, int length) => text.Length <= length ? text : text.Truncate(length) + "...";
}
