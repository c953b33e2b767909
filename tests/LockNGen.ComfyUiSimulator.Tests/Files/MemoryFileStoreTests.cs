using LockNGen.ComfyUiSimulator.Files;

namespace LockNGen.ComfyUiSimulator.Tests.Files;

public sealed class MemoryFileStoreTests
{
    [Fact]
    public void Write_BeyondTheLimit_ForgetsTheOldestFiles()
    {
        var files = new MemoryFileStore(maxBytes: 100);
        files.Write(FileKind.Output, "a", new byte[60]);
        files.Write(FileKind.Output, "b", new byte[60]);

        files.Read(FileKind.Output, "a").ShouldBeNull();
        files.Read(FileKind.Output, "b")!.Length.ShouldBe(60);
    }

    [Fact]
    public void SavedFileNames_ForgottenFiles_DoNotReturn()
    {
        var files = new MemoryFileStore(maxBytes: 10);
        files.Write(FileKind.Output, "lab/x_00007_.png", new byte[5]);
        var names = new SavedFileNames(files);

        names.Next(FileKind.Output, "lab/x", 2, ".png").Names.ShouldBe(["x_00008_.png", "x_00009_.png"]);
        names.Next(FileKind.Output, "lab/x", 1, ".png").Names.ShouldBe(["x_00010_.png"]);
    }

    [Theory]
    [InlineData("jobs/abc/in.png", "jobs/abc/in.png")]
    [InlineData("./a/../b.png", "b.png")]
    [InlineData("../b.png", null)]
    [InlineData("/etc/passwd", null)]
    [InlineData("a/../../b.png", null)]
    public void FilePath_Normalize_StaysInsideTheFolder(string path, string? expected) => FilePath.Normalize(path).ShouldBe(expected);
}
