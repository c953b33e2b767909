using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace LockNGen.Media.Tests.Metadata;

/// <summary>Random texts that nothing else has, and whether a file still has them, in any of the encodings that containers use.</summary>
internal static class Words
{
    /// <summary>From one word to some hundred kilobytes, in several scripts, with what markup and JSON escape.</summary>
    public static Gen<string> Texts =>
        from letters in Gen.ArrayOf(Gen.Elements("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789äöß灯塔маяк".EnumerateRunes().ToArray()), 12)
        from length in Gen.Frequency((6, Gen.Choose(1, 40)), (1, Gen.Choose(3_000, 9_000)))
        from between in Gen.Elements(" ", "{\"class_type\": \"KSampler\"}", "<&>", "🙂", "\n")
        select string.Join(between, Enumerable.Repeat(string.Concat(letters), length));

    public static Gen<string> AsciiTexts => Texts.Select(t => string.Concat(t.Where(char.IsAscii)).Insert(0, "seed"));

    public static bool AreIn(byte[] file, string text)
    {
        // The longest piece that no container needs to escape.
        var word = text.Split(' ', '{', '<', '\n', '\ud83d')[0];
        return Encodings.Any(e => file.AsSpan().IndexOf(e.GetBytes(word)) >= 0);
    }

    private static readonly Encoding[] Encodings = [Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.Latin1];
}
