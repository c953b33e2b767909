namespace LockNGen.Hosting;

/// <summary>Text of others, which may be longer than what we keep or show of it.</summary>
public static class TextExtensions
{
    /// <summary>
    /// The beginning of a text, of at most so many characters. Never half of a surrogate pair, as of an emoji: PostgreSQL and JSON take none.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="length">How much of it; at least 1.</param>
    public static string Truncate(this string text, int length) =>
        text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];

    /// <summary>The same for people to read: three dots stand for what was cut off.</summary>
    /// <param name="text">The text.</param>
    /// <param name="length">How much of it, without the dots; at least 1.</param>
    public static string Shorten(this string text, int length) => text.Length <= length ? text : text.Truncate(length) + "...";
}
