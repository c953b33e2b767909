using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Results;

namespace LockNGen.ComfyUiWatcher.Tests.Results;

public sealed class FinishedFileTests
{
    [Theory]
    [InlineData("image/png\r\nX-Evil: 1")]
    [InlineData("")]
    [InlineData("no type")]
    public void Type_ThatIsNone_IsNotPassedOn(string claimed)
    {
        using var file = new FinishedFile(new FileContent(claimed, Stream.Null), keepMetadata: false);

        file.Headers.ContentType!.ToString().ShouldBe("application/octet-stream");
    }

    [Theory]
    [InlineData("%PDF-1.7", true)]
    [InlineData("a text", false)]
    public async Task File_ThatIsNotCleaned_SaysSo(string content, bool hasMetadata)
    {
        using var file = new FinishedFile(new FileContent("text/plain", new MemoryStream(System.Text.Encoding.ASCII.GetBytes(content))), keepMetadata: false);

        await file.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken);

        file.HasMetadata.ShouldBe(hasMetadata);
    }
}
