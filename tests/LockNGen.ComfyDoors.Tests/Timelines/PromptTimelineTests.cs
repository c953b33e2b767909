using System.Text;
using System.Text.Json;
using LockNGen.ComfyDoors.Frames;
using LockNGen.ComfyDoors.Timelines;
using LockNGen.Contracts;

namespace LockNGen.ComfyDoors.Tests.Timelines;

/// <summary>What a client is sent about one prompt.</summary>
public sealed class PromptTimelineTests
{
    private static readonly Guid Id = Guid.Parse("7d1c9c52-3f0a-4d5e-9b61-2f8a4c7e1d03");

    private readonly PromptTimeline _timeline = new(Id);
    private readonly Events _events = new(Id);

    [Fact]
    public void Timeline_FromStartToSuccess_HasComfyUisFramesInItsOrder()
    {
        var told = new List<string>();
        foreach (var message in new GenerationEvent[]
        {
            _events.Started(), _events.Node("3", "4", "5"), _events.Progress("3", 0, 1), _events.Progress("3", 1, 2), _events.Progress("3", 2, 2), _events.Node("9"),
            _events.Completed(Events.File(1), Events.File(2)),
        })
        {
            _timeline.Take(message);
            told.AddRange(Drain());
        }

        told.ShouldBe(
        [
            "execution_start", "execution_cached", "progress_state", "executing", "progress_state", "progress", "progress_state", "progress", "progress_state", "progress_state",
            "executing", "executed", "progress_state", "execution_success", "executing",
        ]);
        _timeline.IsOver.ShouldBeTrue();
    }

    [Fact]
    public void Timeline_SentLater_HasOnlyTheNewestProgress()
    {
        _timeline.Take(_events.Started());
        _timeline.Take(_events.Node("3"));
        for (var step = 1; step <= 20; step++)
            _timeline.Take(_events.Progress("3", step, 20));
        _timeline.Take(_events.Completed(Events.File(1)));

        Drain().ShouldBe(["execution_start", "execution_cached", "executing", "progress", "executed", "progress_state", "execution_success", "executing"]);
    }

    [Fact]
    public void Executed_FilesOfABatch_HaveNamesOfTheirOwnOnTheWholeFarm()
    {
        _timeline.Take(_events.Completed(Events.File(1), Events.File(2, name: "so mé/x_00007_.webp")));

        var executed = Texts().Select(t => JsonElement.Parse(t)).Single(f => f.GetProperty("type").GetString() == "executed").GetProperty("data");
        executed.GetProperty("output").GetProperty("images").EnumerateArray().Select(i => i.GetProperty("filename").GetString()).ShouldBe(
            ["ComfyUI_7d1c9c523f0a4d5e9b612f8a4c7e1d03-1_.png", "x_7d1c9c523f0a4d5e9b612f8a4c7e1d03-2_.webp"]);
    }

    [Fact]
    public void CancelledWhileWaiting_HasAnEndWithoutABeginning()
    {
        _timeline.Take(_events.Cancelled());

        Drain().ShouldBe(["execution_interrupted", "executing"]);
    }

    [Fact]
    public void SecondAttempt_ReportsNoSecondBeginning()
    {
        _timeline.Take(_events.Started());
        _timeline.Take(_events.Node("3"));
        _timeline.Take(_events.Started());
        _timeline.Take(_events.Node("3"));

        Drain().Count(t => t == "execution_start").ShouldBe(1);
    }

    [Fact]
    public void Resumed_StartedBeforeThisDoor_ReportsNoBeginningAgain()
    {
        _timeline.Resume(Events.Start);
        _timeline.Take(_events.Started());
        _timeline.Take(_events.Node("3"));
        _timeline.Take(_events.Completed(Events.File(1)));

        Drain().ShouldNotContain("execution_start");
    }

    [Fact]
    public void EveryTextFrame_BeginsWithItsType()
    {
        _timeline.Take(_events.Started());
        _timeline.Take(_events.Node("3"));
        _timeline.Take(_events.Progress("3", 1, 2));
        _timeline.Take(_events.Completed(Events.File(1)));

        Texts().ShouldAllBe(t => t.StartsWith("{\"type\":\"", StringComparison.Ordinal));
    }

    [Fact]
    public void PictureOfANodeThatIsDone_IsNotShownAsTheNextOnes()
    {
        _timeline.Take(_events.Started());
        _timeline.Take(_events.Node("3"));
        _timeline.Take(_events.Node("8"));
        Drain();
        _timeline.Show(new GenerationPreviewBytes { GenerationId = Id, Sequence = 1, ContentType = "image/jpeg", Bytes = [1], NodeId = "3" });

        _timeline.Next().ShouldBeNull();
    }

    private List<string> Drain() => [.. Texts().Select(t => JsonElement.Parse(t).GetProperty("type").GetString()!)];

    private List<string> Texts()
    {
        var texts = new List<string>();
        while (_timeline.Next() is { } frame)
            texts.Add(Encoding.UTF8.GetString(((TextFrame)frame).Utf8.Span));
        return texts;
    }
}
