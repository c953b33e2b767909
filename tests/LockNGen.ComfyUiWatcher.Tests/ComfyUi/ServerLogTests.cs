using System.Text.Json;
using LockNGen.ComfyUiWatcher.ComfyUi;

namespace LockNGen.ComfyUiWatcher.Tests.ComfyUi;

public sealed class ServerLogTests
{
    [Fact]
    public void Death_WrittenInPieces_IsCounted() =>
        Log("got prompt\n", "Exception in thread ", "Thread-3 (prompt_worker)", ":\n", "Traceback (most recent call last):\n").WorkerDeaths.ShouldBe(1);

    [Fact]
    public void Death_WithoutTheFunctionInTheThreadsName_IsCounted() => Log(
        "Exception in thread Thread-3:\nTraceback (most recent call last):\n  File \"threading.py\", line 932, in run\n"
        + "  File \"main.py\", line 195, in prompt_worker\n").WorkerDeaths.ShouldBe(1);

    [Fact]
    public void Death_OfAnotherThread_IsNone() => Log("Exception in thread Thread-9 (fetch_registry):\nTraceback\n").WorkerDeaths.ShouldBe(0);

    [Fact]
    public void Requests_ThatHttpPrints_AreNoSignOfLife()
    {
        Log("loaded\n", "got prompt\n").Tail.ShouldBe(Log("loaded\n").Tail);
        Log("loaded\n", "50%|#####\n").Tail.ShouldNotBe(Log("loaded\n").Tail);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"entries":[{},{"m":null},7]}""")]
    public void Answer_OfAnotherShape_SaysNothing(string json) => ServerLog.Of(JsonDocument.Parse(json).RootElement).WorkerDeaths.ShouldBe(0);

    private static ServerLog Log(params string[] entries) =>
        ServerLog.Of(JsonSerializer.SerializeToElement(new { entries = entries.Select(m => new { t = "2026-02-03T15:07:00", m }) }));
}
