using System.Text;
using System.Text.Json;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.Hosting.Streams;

namespace LockNGen.ComfyUiWatcher.Tests.ComfyUi;

/// <summary>Answers of any size and depth, in pieces of any size.</summary>
public sealed class JsonPrunerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4096)]
    public void Queue_InPieces_IsReadWithoutItsWorkflows(int piece)
    {
        var deep = new string('[', 2000) + "\"]}\\\"\"" + new string(']', 2000);
        var json = """
            {"queue_running": [[ 7, "a", {"1": {"x": DEEP, "y": NaN}}, {"extra_pnginfo": DEEP, "client_id": "c",
             "lockngen": {"generationId":"6f9619ff-8b86-d011-b42d-00c04fc964ff","imageIndex":1,"attempt":2,"instance":"gpu"}}, ["9"] ]],
             "queue_pending": [[8, "b", {}, {}, []]]}
            """.Replace("DEEP", deep, StringComparison.Ordinal);

        using var answer = JsonDocument.Parse(Prune(json, JsonShape.Queue, piece));
        var queue = QueueSnapshot.Of(answer.RootElement);

        var running = queue.Running.ShouldHaveSingleItem();
        (running.Number, running.PromptId, running.ClientId, running.Marker!.Attempt).ShouldBe((7, "a", "c", 2));
        running.Outputs.ShouldBe(["9"]);
        queue.Pending.ShouldHaveSingleItem().PromptId.ShouldBe("b");
    }

    [Fact]
    public void Value_DeeperThanReadersGo_IsLeftOutAndTheRestIsRead()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 500)) + "1" + new string('}', 500);

        using var document = PythonJson.Parse(Encoding.UTF8.GetBytes($$"""{"x":{{deep}},"list":[{{new string('[', 99)}}{{new string(']', 99)}}],"after":5}"""));

        document.RootElement.GetProperty("after").GetInt32().ShouldBe(5);
    }

    [Theory]
    [InlineData("\\ud800.png", "\ufffd.png")]
    [InlineData("a\\udc80\\ud83d\\ude00", "a\ufffd\ud83d\ude00")]
    [InlineData("\\\\ud800", "\\ud800")]
    public void Text_WithHalvesOfCharacters_IsText(string escaped, string text)
    {
        using var document = PythonJson.Parse(Encoding.UTF8.GetBytes($$"""{"filename":"{{escaped}}"}"""));

        document.RootElement.GetProperty("filename").GetString().ShouldBe(text);
    }

    [Fact]
    public void Outputs_BeyondTheLimit_AreCutAndTheStatusIsRead()
    {
        var texts = string.Join(',', Enumerable.Repeat($"\"{new string('x', 900)}\"", 200));
        var json = """{"p":{"prompt":[1,"p",{},{},[]],"outputs":{"9":{"text":[TEXTS]}},"status":{"status_str":"success","completed":true,"messages":[]}}}"""
            .Replace("TEXTS", texts, StringComparison.Ordinal);

        using var answer = JsonDocument.Parse(Prune(json, JsonShape.History, 100, maxKept: 64 << 10));

        PromptHistory.Of(answer.RootElement.GetProperty("p")).Succeeded.ShouldBeTrue();
    }

    [Fact]
    public void String_LongerThanOneMayBe_IsCutBetweenCharacters()
    {
        using var document = PythonJson.Parse(Encoding.UTF8.GetBytes("[\"" + string.Concat(Enumerable.Repeat("\u20ac", 800_000)) + "\"]"));

        document.RootElement[0].GetString()!.Length.ShouldBeInRange(300_000, 400_000);
    }

    [Fact]
    public async Task Queue_OfManyTinyTokens_IsReadInLittleMemory()
    {
        await using var json = new TokenStream("{\"queue_running\":[[1,\"a\",{\"1\":["u8.ToArray(), "1,"u8.ToArray(), 80 << 20, "1]},{},[]]],\"queue_pending\":[]}"u8.ToArray());
        var thread = Environment.CurrentManagedThreadId;
        var before = GC.GetAllocatedBytesForCurrentThread();

        using var answer = JsonDocument.Parse(await PythonJson.ReadAsync(default, json, JsonShape.Queue, 256 << 20, 8 << 20, TestContext.Current.CancellationToken));

        // A buffer that was never rented need not be returned.
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Environment.CurrentManagedThreadId.ShouldBe(thread);
        allocated.ShouldBeLessThan(1 << 20);
        QueueSnapshot.Of(answer.RootElement).Running.ShouldHaveSingleItem().PromptId.ShouldBe("a");
    }

    [Theory]
    [InlineData("{\"queue_running\":[", "[1,\"a\",{},{},[]],", "bytes that matter")]
    [InlineData("{\"x\":[[1,2,[", "1,1,1,1,1,1,1,1,", "more than 1048576 bytes")]
    public async Task Answer_BeyondTheLimits_IsRefused(string start, string repeated, string reason)
    {
        await using var json = new TokenStream(Encoding.UTF8.GetBytes(start), Encoding.UTF8.GetBytes(repeated), 8 << 20, []);

        var failure = await Should.ThrowAsync<InvalidDataException>(
            () => PythonJson.ReadAsync(default, json, JsonShape.Queue, 1 << 20, 64 << 10, TestContext.Current.CancellationToken));

        failure.Message.ShouldContain(reason);
    }

    private static ReadOnlyMemory<byte> Prune(string json, JsonShape shape, int piece, int maxKept = 1 << 20)
    {
        var pruner = new JsonPruner(shape, maxKept);
        foreach (var bytes in Encoding.UTF8.GetBytes(json).Chunk(piece))
            pruner.Write(bytes);
        return pruner.Finish();
    }

    /// <summary>The same bytes over and over, without storing them; synchronously, so that the reader stays on its thread.</summary>
    private sealed class TokenStream(byte[] start, byte[] repeated, int length, byte[] end) : ForwardStream
    {
        private int _stage;
        private int _left = length;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Fill(buffer.Span));

        private int Fill(Span<byte> buffer)
        {
            if (_stage is 0 or 2 || _left <= 0)
            {
                var part = _stage == 0 ? start : _stage < 3 ? end : [];
                _stage = _stage == 0 ? 1 : 3;
                part.CopyTo(buffer);
                return part.Length;
            }

            var whole = Math.Min(buffer.Length, _left) / repeated.Length * repeated.Length;
            for (var i = 0; i < whole; i++)
                buffer[i] = repeated[i % repeated.Length];
            _left = whole == 0 ? 0 : _left - whole;
            return whole == 0 ? Fill(buffer) : whole;
        }
    }
}
