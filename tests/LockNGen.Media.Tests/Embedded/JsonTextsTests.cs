using LockNGen.Media.Embedded;

namespace LockNGen.Media.Tests.Embedded;

public sealed class JsonTextsTests
{
    [Theory]
    [InlineData("""{"__metadata__":{"prompt":"\ud800"}}""")]
    [InlineData("""{"__metadata__":{"\udc00":"prompt"}}""")]
    public void Text_WithHalfOfASurrogatePair_IsNone(string header)
    {
        byte[] latent = [(byte)header.Length, 0, 0, 0, 0, 0, 0, 0, .. System.Text.Encoding.ASCII.GetBytes(header)];

        EmbeddedText.ReadAll(latent).ShouldBeEmpty();
    }
}
