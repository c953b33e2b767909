using System.Text;
using LockNGen.Contracts;
using LockNGen.RealtimeGateway.Events;
using static LockNGen.RealtimeGateway.Tests.SomeEvents;

namespace LockNGen.RealtimeGateway.Tests.Events;

public sealed class EventScannerTests
{
    private static readonly Guid Id = Guid.Parse("7d1c9c52-2f3a-4bb7-9f0e-0a4f5f5f5f5f");

    [Fact]
    public void Scan_EveryEventOfOurOwn_FindsKindIdAndSequences()
    {
        GenerationEvent[] events = [.. Life(Id), Node(Id, First(9)), Preview(Id, First(10))];
        foreach (var message in events)
        {
            EventScanner.TryScan(ContractsJson.Serialize(message), out var scanned).ShouldBeTrue();
            scanned.Kind.Name().ShouldBe(message.Type);
            scanned.Kind.IsState().ShouldBe(GenerationEventTypes.State.Contains(message.Type));
            scanned.GenerationId.ShouldBe(Id);
            scanned.Sequence.ShouldBe(message.Sequence);
            scanned.StateSequence.ShouldBe(message.StateSequence ?? 0);
        }
    }

    [Theory]
    [InlineData("""{ "sequence": 12, "data": {"type":"x","sequence":3}, "generationId": "7d1c9c52-2f3a-4bb7-9f0e-0a4f5f5f5f5f", "type": "generation.progress" }""")]
    [InlineData("""{"type":"generation.progress","generationId":"7d1c9c52-2f3a-4bb7-9f0e-0a4f5f5f5f5f","data":{},"sequence":12}""")]
    [InlineData("""{"type":"generation\u002eprogress","generationId":"7d1c9c52-2f3a-4bb7-9f0e-0a4f5f5f5f5f","sequence":12}""")]
    [InlineData("""{"type":"generation.progress","generationId":"7d1c9c52-2f3a-4bb7-9f0e-0a4f5f5f5f5f","sequence":12,"stateSequence":-1,"data":{}}""")]
    [InlineData("""{"type":"generation.progress","generationId":"7d1c9c52-2f3a-4bb7-9f0e-0a4f5f5f5f5f","sequence":12,"stateSequence":"5","data":{}}""")]
    [InlineData("""{"type":"generation.progress","generationId":"7d1c9c52-2f3a-4bb7-9f0e-0a4f5f5f5f5f","stateSequence":5,"sequence":12,"data":{}}""", 5)]
    public void Scan_OtherPublishersJson_ReadsItAllTheSame(string json, long stateSequence = 0)
    {
        EventScanner.TryScan(Encoding.UTF8.GetBytes(json), out var scanned).ShouldBeTrue();

        scanned.ShouldBe(new ScannedEvent(EventKind.Progress, Id, 12, stateSequence));
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"type":"generation.progress","generationId":"7d1c9c52-2f3a-4bb7-9f0e-0a4f5f5f5f5f","sequence":12""")]
    [InlineData("""{"type":"generation.progress","generationId":"7d1c9c52-2f3a-4bb7-9f0e-0a4f5f5f5f5f","sequence":-1}""")]
    [InlineData("""{"type":"generation.progress","generationId":"7d1c9c52-2f3a-4bb7-9f0e-0a4f5f5f5f5f","sequence":1.5}""")]
    [InlineData("""{"type":"generation.progress","generationId":"not-a-uuid","sequence":12}""")]
    [InlineData("""{"type":"generation.snapshot","generationId":"7d1c9c52-2f3a-4bb7-9f0e-0a4f5f5f5f5f","sequence":12}""")]
    [InlineData("""{"type":"something.else","generationId":"7d1c9c52-2f3a-4bb7-9f0e-0a4f5f5f5f5f","sequence":12}""")]
    [InlineData("""{"type":"generation.progress","generationId":"7d1c9c52-2f3a-4bb7-9f0e-0a4f5f5f5f5f","sequence":12} {}""")]
    [InlineData("""{"type":"\ud800","generationId":"7d1c9c52-2f3a-4bb7-9f0e-0a4f5f5f5f5f","sequence":12}""")]
    [InlineData("""{"\udc00":1,"type":"generation.progress","generationId":"\ud800","sequence":12}""")]
    public void Scan_AnythingElse_IsRefused(string json) =>
        EventScanner.TryScan(Encoding.UTF8.GetBytes(json), out _).ShouldBeFalse();
}
