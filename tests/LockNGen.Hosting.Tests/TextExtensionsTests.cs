namespace LockNGen.Hosting.Tests;

public sealed class TextExtensionsTests
{
    [Theory]
    [InlineData("abc", 3, "abc")]
    [InlineData("abcd", 3, "abc")]
    [InlineData("ab\U0001F642", 3, "ab")]
    [InlineData("a\U0001F642c", 3, "a\U0001F642")]
    [InlineData("\U0001F642", 1, "")]
    [InlineData("", 1, "")]
    public void Text_Truncated_EndsBeforeHalfAnEmoji(string text, int length, string expected) => text.Truncate(length).ShouldBe(expected);

    [Theory]
    [InlineData("abc", 3, "abc")]
    [InlineData("abcd", 3, "abc...")]
    [InlineData("ab\U0001F642c", 3, "ab...")]
    [InlineData("", 1, "")]
    public void Text_Shortened_ShowsThatSomethingWasCutOff(string text, int length, string expected) => text.Shorten(length).ShouldBe(expected);
}
