using LockNGen.TestSupport;

namespace LockNGen.Contracts.Tests;

/// <summary>The published schemas in docs/schemas are the records; UPDATE_GOLDEN=1 exports them again after a change.</summary>
public sealed class SchemaTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "docs", "schemas");

    public static TheoryData<string> Names => GoldenFileTests.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void PublishedSchema_IsTheRecord(string name)
    {
        var exported = Schemas.Of(name, Samples.All[name].GetType());
        var path = Path.Combine(Folder, name + ".schema.json");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, exported);

        File.ReadAllText(path).ShouldBe(exported);
    }
}
