using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.TestSupport;

namespace LockNGen.Contracts.Tests;

/// <summary>
/// Fixes the wire format: the golden files in contracts/golden are read by the C# and the TypeScript tests. A shipped file changes only by
/// new optional properties. UPDATE_GOLDEN=1 writes the files of new contracts; what it changes shows in the diff.
/// </summary>
public sealed class GoldenFileTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "contracts", "golden");

    public static TheoryData<string> Names => [.. Samples.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Contract_Serialized_IsTheGoldenFile(string name)
    {
        var sample = Samples.All[name];
        var wire = JsonSerializer.Serialize(sample, sample.GetType(), ContractsJson.Default);
        var path = Path.Combine(Folder, name + ".json");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, JsonNode.Parse(wire)!.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");

        wire.ShouldBe(JsonNode.Parse(File.ReadAllText(path))!.ToJsonString());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void GoldenFile_ReadAndWritten_LosesNothing(string name)
    {
        var golden = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, name + ".json")))!.ToJsonString();
        var type = Samples.All[name].GetType();

        var read = JsonSerializer.Deserialize(golden, type, ContractsJson.Default);

        JsonSerializer.Serialize(read, type, ContractsJson.Default).ShouldBe(golden);
    }

    [Theory]
    [MemberData(nameof(OldFiles))]
    public void GoldenFile_OfAnEarlierVersion_IsReadAndLosesNothing(string version, string name)
    {
        var old = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, version, name + ".json")))!;
        var type = Samples.All[name].GetType();

        var read = JsonSerializer.SerializeToNode(JsonSerializer.Deserialize(old, type, ContractsJson.Default), type, ContractsJson.Default)!;

        Contains(read, old).ShouldBeTrue($"{read.ToJsonString()} lacks something of {old.ToJsonString()}");
    }

    [Fact]
    public void GoldenFolder_HoldsNothingElse() =>
        Directory.GetFiles(Folder).Select(Path.GetFileNameWithoutExtension).ShouldBe(Samples.All.Keys, ignoreOrder: true);

    public static TheoryData<string, string> OldFiles => new(
        from folder in Directory.GetDirectories(Folder)
        from file in Directory.GetFiles(folder)
        select (Path.GetFileName(folder), Path.GetFileNameWithoutExtension(file)));

    /// <summary>Whether everything of the old is in the new; the new may have more.</summary>
    private static bool Contains(JsonNode? read, JsonNode? old) => (read, old) switch
    {
        (JsonObject r, JsonObject o) => o.All(p => Contains(r[p.Key], p.Value)),
        (JsonArray r, JsonArray o) => r.Count == o.Count && r.Zip(o).All(p => Contains(p.First, p.Second)),
        _ => JsonNode.DeepEquals(read, old),
    };

    [Fact]
    public void Event_WithPropertiesOfALaterVersion_IsStillRead()
    {
        var json = """
            {"type":"generation.queued","generationId":"7d1c9c52-3f0a-4d5e-9b61-2f8a4c7e1d03","sequence":1,"later":{"x":1},
             "data":{"position":2,"estimatedWaitSeconds":1.5,"later":true},"timestamp":"2026-02-03T15:07:00Z"}
            """u8;

        var read = ContractsJson.Deserialize(GenerationEventTypes.Queued, json).ShouldBeOfType<GenerationQueued>();

        read.Data.Position.ShouldBe(2);
    }

    [Fact]
    public void Event_WithoutSequence_IsRefused()
    {
        var json = """{"type":"generation.started","generationId":"7d1c9c52-3f0a-4d5e-9b61-2f8a4c7e1d03","data":{"instance":"a","attempt":1,"totalImages":1},"timestamp":"2026-02-03T15:07:00Z"}"""u8.ToArray();

        Should.Throw<JsonException>(() => ContractsJson.Deserialize(GenerationEventTypes.Started, json));
    }

    [Fact]
    public void AnyEvent_ReadAsProgressMessage_ReportsItsProgress()
    {
        var progress = Read("generation.progress");
        progress.Type.ShouldBe(GenerationEventTypes.Progress);
        progress.Sequence.ShouldBe(1_000_000_017);
        progress.Data!.Progress.ShouldBe(45);
        progress.Data.TotalSteps.ShouldBe(20);

        Read("generation.failed").Data!.Error!.Code.ShouldBe(GenerationErrorCodes.OutOfMemory);
        Read("generation.completed").Data!.Progress.ShouldBeNull();

        static ProgressMessage Read(string name) =>
            JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(Folder, name + ".json")), ContractsJson.Default.ProgressMessage)!;
    }
}
