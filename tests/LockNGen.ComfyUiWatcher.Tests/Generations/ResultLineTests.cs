using LockNGen.ComfyUiWatcher.Generations;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Tests.Generations;

public sealed class ResultLineTests
{
    [Fact]
    public void Results_AreNamedWithTheirSeeds() => ResultLine.Of([Result(1, 42), Result(2, null)]).ShouldBe("/images/1 (seed 42), /images/2");

    [Fact]
    public void Results_ByTheHundred_AreOneShortLine() =>
        ResultLine.Of([.. Enumerable.Range(1, 100).Select(n => Result(n, null))]).ShouldEndWith("/images/10 and 90 more");

    [Fact]
    public void NoResults_AreNamedSo() => ResultLine.Of([]).ShouldBe("no results");

    private static GenerationImage Result(int index, ulong? seed) => new() { Index = index, Url = $"/images/{index}", ContentType = "image/png", Seed = seed };
}
