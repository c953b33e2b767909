using System.Text.Json.Nodes;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Instances;
using LockNGen.ComfyUiWatcher.Outcomes;
using LockNGen.ComfyUiWatcher.Translation;

namespace LockNGen.ComfyUiWatcher.Tests.Instances;

public sealed class TrackedPromptTests
{
    private static readonly DateTimeOffset Accepted = DateTimeOffset.UnixEpoch;

    [Fact]
    public void Prompt_GoneFromTheQueueWhileItsPicturesAreInTheSocket_IsOverWhenTheSocketSaysSo()
    {
        var prompt = Prompt("SaveImageWebsocket");

        prompt.Observe(QueueSnapshot.Empty, Accepted.AddMilliseconds(200));
        prompt.Left.IsCompleted.ShouldBeFalse("what the socket sent may not be read yet");
        prompt.Apply(new PreviewFrame("2", "2", "image/png", [1]), Accepted.AddMilliseconds(300));
        prompt.Apply(new ExecutionEnded(), Accepted.AddMilliseconds(300));

        prompt.Left.IsCompleted.ShouldBeTrue();
        prompt.EndWasReported.ShouldBeTrue();
        prompt.Outputs(history: null).Results.ShouldHaveSingleItem().Result.ShouldBeOfType<SentFrame>();
    }

    [Fact]
    public void Prompt_GoneFromTheQueue_IsOverAfterSecondsWithoutAWord()
    {
        var prompt = Prompt("SaveImageWebsocket");
        prompt.Apply(new ExecutionStarted(), Accepted.AddSeconds(1));

        prompt.Observe(QueueSnapshot.Empty, Accepted.AddSeconds(3.9));
        prompt.Left.IsCompleted.ShouldBeFalse();
        prompt.Observe(QueueSnapshot.Empty, Accepted.AddSeconds(4));

        prompt.Left.IsCompleted.ShouldBeTrue();
        prompt.EndWasReported.ShouldBeFalse();
    }

    [Theory]
    [InlineData("SaveImage", false)]
    [InlineData("SaveImageWebsocket", true)]
    public void Prompt_GoneFromTheQueueWithNothingToExpectFromTheSocket_IsOverAtOnce(string output, bool wasLost)
    {
        var prompt = Prompt(output);
        if (wasLost)
            prompt.Disconnected();

        prompt.Observe(QueueSnapshot.Empty, Accepted.AddMilliseconds(200));

        prompt.Left.IsCompleted.ShouldBeTrue();
    }

    private static TrackedPrompt Prompt(string output)
    {
        var graph = RunGraph.Of(JsonNode.Parse(
            $$"""{ "1": { "class_type": "KSampler", "inputs": {} }, "2": { "class_type": "{{output}}", "inputs": { "images": ["1", 0] } } }""")!.AsObject());
        var translator = new GenerationTranslator(Guid.NewGuid(), totalImages: 1, floor: 0);
        translator.Begin(1, graph);
        var prompt = new TrackedPrompt("p", "client", graph, translator, (_, _) => { });
        prompt.Accept(Accepted);
        return prompt;
    }
}
