using LockNGen.ComfyDoors.Shapes;

namespace LockNGen.ComfyDoors.Tests.Shapes;

/// <summary>Names of results that need no table.</summary>
public sealed class FileNamesTests
{
    [Theory]
    [InlineData("ComfyUI_00001_.png")]
    [InlineData("a b\"c<script>.PNG")]
    [InlineData("画像_00012_.mp4")]
    [InlineData("..")]
    [InlineData("")]
    public void Name_OfAnyOriginal_IsHarmlessAndSaysWhichFileIsMeant(string original)
    {
        var id = Guid.NewGuid();

        var name = FileNames.Of(id, Events.File(12, name: original));

        name.ShouldMatch("^[A-Za-z0-9._-]+$");
        name.ShouldNotContain("..");
        FileNames.Parse(name).ShouldBe((id, 12));
    }

    [Theory]
    [InlineData("ComfyUI_00001_.png")]
    [InlineData("x_7d1c9c52-3f0a-4d5e-9b61-2f8a4c7e1d03-1_.png")]
    [InlineData("")]
    public void Name_NotGivenByADoor_MeansNoFile(string name) => FileNames.Parse(name).ShouldBeNull();
}
