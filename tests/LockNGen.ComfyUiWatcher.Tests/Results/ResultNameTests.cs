using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Outcomes;
using LockNGen.ComfyUiWatcher.Results;

namespace LockNGen.ComfyUiWatcher.Tests.Results;

public sealed class ResultNameTests
{
    private const string Folder = "919c5d5146f5c435";

    /// <summary>The API removes its own folder from the reported name; half of it would remain, and be shown.</summary>
    [Theory]
    [InlineData(10)]
    [InlineData(113)]
    [InlineData(114)]
    [InlineData(125)]
    [InlineData(130)]
    [InlineData(131)]
    [InlineData(400)]
    public void Subfolder_ThatIsTooLong_LosesWholeFolders(int length)
    {
        var cats = new string('c', length);

        var stored = StoredSubfolder($"{Folder}/{cats}");

        stored.Length.ShouldBeLessThanOrEqualTo(130);
        (stored == $"{Folder}/{cats}" || cats.EndsWith(stored, StringComparison.Ordinal)).ShouldBeTrue(stored);
    }

    [Fact]
    public void Subfolder_OfManyFolders_KeepsTheLastOnes()
    {
        var last = string.Join('/', Enumerable.Repeat("cats", 20));

        StoredSubfolder($"{Folder}/{new string('d', 100)}/{last}").ShouldBe(last);
    }

    private static string StoredSubfolder(string subfolder)
    {
        var query = ResultName.Query(new PromptResult("9", new OutputFile("images", "cat_00001_.png", subfolder, OutputFile.Output)));
        return Uri.UnescapeDataString(query.Split('&').Single(p => p.StartsWith("subfolder=", StringComparison.Ordinal))["subfolder=".Length..]);
    }
}
