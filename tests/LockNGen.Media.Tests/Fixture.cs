namespace LockNGen.Media.Tests;

/// <summary>Small files that real encoders wrote, most of them with a workflow among their metadata.</summary>
internal static class Fixture
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Media");

    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal);

    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder, name));

    public static Stream Open(string name) => File.OpenRead(Path.Combine(Folder, name));
}
