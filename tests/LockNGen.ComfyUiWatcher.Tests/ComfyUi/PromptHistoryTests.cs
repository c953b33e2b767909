using System.Text.Json;
using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher.Tests.ComfyUi;

/// <summary>The history and the jobs API report the same (cases 9 and 45).</summary>
public sealed class PromptHistoryTests
{
    private const string Outputs = """ "outputs":{"2":{"text":["a b"]},"9":{"images":[{"filename":"r.png","subfolder":"","type":"output"}]}} """;
    private const string Messages = """ "messages":[["execution_start",{"prompt_id":"a"}],["execution_cached",{"nodes":["9"],"prompt_id":"a"}],["execution_success",{"prompt_id":"a"}]] """;

    [Fact]
    public void Job_ThatCompleted_IsWhatTheHistorySays()
    {
        var history = PromptHistory.Of(Json($$$"""{{{{Outputs}}},"status":{"status_str":"success","completed":true,{{{Messages}}}}}"""));
        var job = PromptHistory.OfJob(Json($$$"""{"id":"a","status":"completed",{{{Outputs}}},"execution_status":{"status_str":"success","completed":true,{{{Messages}}}}}"""))!;

        job.Succeeded.ShouldBeTrue();
        job.Outputs.Select(o => (o.Node, o.Output.Results[0])).ShouldBe(history.Outputs.Select(o => (o.Node, o.Output.Results[0])));
        job.Cached.ShouldBe(history.Cached);
        job.Cached.ShouldBe(["9"]);
    }

    [Fact]
    public void Job_ThatFailed_KeepsItsWordsAndItsOutputs()
    {
        var job = PromptHistory.OfJob(Json(
            $$$"""{"status":"failed",{{{Outputs}}},"execution_error":{"node_id":"3","node_type":"X","exception_type":"KeyError","exception_message":"what"}}"""))!;

        (job.Succeeded, job.Interrupted, job.Exception!.NodeId, job.Exception.Message).ShouldBe((false, false, "3", "what"));
        job.Outputs.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("""{"status":"in_progress"}""")]
    [InlineData("""{"status":"pending"}""")]
    [InlineData("""{"error":"Job not found"}""")]
    [InlineData("[]")]
    public void Job_ThatHasNotEnded_IsNothingYet(string job) => PromptHistory.OfJob(Json(job)).ShouldBeNull();

    [Fact]
    public void Job_ThatWasCancelled_IsInterrupted() => PromptHistory.OfJob(Json("""{"status":"cancelled"}"""))!.Interrupted.ShouldBeTrue();

    [Theory]
    [InlineData(""" {"outputs":{"9":{"images":[]}},"status":null} """, true)]
    [InlineData(""" {"outputs":{"9":{"images":[]}},"status":{"messages":[null,["a"],[1,2],["executed",{}],["execution_start",null]]}} """, true)]
    [InlineData(""" {"outputs":{"9":{"images":[]}},"status":{"status_str":null,"messages":[["execution_error",{"exception_type":"E"}]]}} """, false)]
    [InlineData(""" {"outputs":null,"status":null} """, false)]
    [InlineData(""" {"outputs":{"9":{}},"status":{"status_str":"error"}} """, false)]
    public void Entry_WithoutAStatus_IsWhatItMade(string entry, bool succeeded) => PromptHistory.Of(Json(entry)).Succeeded.ShouldBe(succeeded);

    private static JsonElement Json(string json) => JsonSerializer.Deserialize<JsonElement>(json);
}
