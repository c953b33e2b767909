using System.Text;
using System.Text.Json;
using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher.Tests.ComfyUi;

public sealed class PythonJsonTests
{
    [Theory]
    [InlineData("""{"is_changed":[NaN],"max":Infinity,"min":-Infinity}""", """{"is_changed":[null],"max":null,"min":null}""")]
    [InlineData("""{"text":"NaN and \"Infinity\" \\","x":NaN}""", """{"text":"NaN and \"Infinity\" \\","x":null}""")]
    [InlineData("""{"NaN":-1.5}""", """{"NaN":-1.5}""")]
    [InlineData("""[NaN,NaN]""", """[null,null]""")]
    public void Words_ThatOnlyPythonKnows_AreNull(string python, string json) =>
        PythonJson.Parse(Encoding.UTF8.GetBytes(python)).RootElement.GetRawText().ShouldBe(json);

    [Theory]
    [InlineData("{\"a\":NaN")]
    [InlineData("{\"a\":\"NaN")]
    [InlineData("NaN\\")]
    public void Garbage_StaysGarbage(string text) => Should.Throw<JsonException>(() => PythonJson.Parse(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Failure_OfANodeWithNotANumberAmongItsInputs_IsRead() =>
        ComfyUiTextFrame.Parse("""
            {"type":"execution_error","data":{"prompt_id":"a","node_id":"5","node_type":"KSampler","exception_type":"ValueError",
             "exception_message":"bad cfg","current_inputs":{"cfg":[NaN]},"traceback":[]}}
            """u8.ToArray(), new HashSet<string>()).ShouldBeOfType<ExecutionFailed>().Exception.Message.ShouldBe("bad cfg");

    [Fact]
    public void Queue_WithAWorkflowThatAlwaysChanges_IsRead()
    {
        using var answer = PythonJson.Parse("""{"queue_running":[[0,"a",{"1":{"is_changed":[NaN]}},{"client_id":"c"},["1"]]],"queue_pending":[]}"""u8.ToArray());

        QueueSnapshot.Of(answer.RootElement).Running.ShouldHaveSingleItem().PromptId.ShouldBe("a");
    }
}
