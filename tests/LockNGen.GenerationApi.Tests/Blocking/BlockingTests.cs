using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Tests.Support;

namespace LockNGen.GenerationApi.Tests.Blocking;

public sealed class BlockingTests
{
    private static readonly object Body = new { template = "txt2img", parameters = new { prompt = "x", seed = 7, model = "m" } };

    [Fact]
    public async Task Generate_BeyondItsLimit_AnswersTheIdAndWhereToFollowAndContinues()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await ApiHost.StartAsync(
            settings: new Dictionary<string, string?> { ["GenerationApi:BlockingTimeout"] = "00:00:01" }, watchers: [watcher]);
        await watcher.StartAsync();
        var answering = api.Client.PostAsJsonAsync("/generate", Body);
        var (id, work) = await watcher.TakeAsync();

        using var response = await answering;

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        answer.GetProperty("id").GetGuid().ShouldBe(id);
        answer.GetProperty("links").GetProperty("self").GetString().ShouldEndWith(id.ToString());
        (await watcher.CompleteAsync(id, work)).ShouldBe(OutcomeVerdict.Publish);
    }

    [Fact]
    public async Task Generate_WaitsAndAnswersTheImages()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await ApiHost.StartAsync(watchers: [watcher]);
        await watcher.StartAsync();

        var call = api.Client.PostAsJsonAsync("/generate", Body);
        var (id, work) = await watcher.TakeAsync();
        await watcher.CompleteAsync(id, work);

        using var response = await call;
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        (answer.GetProperty("id").GetGuid(), answer.GetProperty("seed").GetInt64()).ShouldBe((id, 7));
        answer.GetProperty("images")[0].GetProperty("base64").GetBytesFromBase64().ShouldBe(Pictures.Png(64, 48));
    }

    /// <summary>23.17: files are never held, neither as bytes nor encoded.</summary>
    [Fact]
    public async Task Generate_WithLargeFiles_HandsThemOnPieceByPiece()
    {
        const int Files = 6;
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await ApiHost.StartAsync(watchers: [watcher]);
        await watcher.StartAsync();
        var file = new byte[20_000_000];
        Random.Shared.NextBytes(file);
        Pictures.Png(64, 48).CopyTo(file, 0);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/generate") { Content = JsonContent.Create(Body) };
        var call = api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var (id, work) = await watcher.TakeAsync();
        for (var i = 2; i <= Files; i++)
            (await FakeWatcher.UploadAsync(work, 1, i, file, Files)).EnsureSuccessStatusCode();
        await watcher.CompleteAsync(id, work);

        using var response = await call;
        var before = GC.GetTotalAllocatedBytes();
        await using var body = await response.Content.ReadAsStreamAsync();
        var (piece, length, last) = (new byte[1 << 16], 0L, (byte)0);
        for (var read = await body.ReadAsync(piece); read > 0; read = await body.ReadAsync(piece))
        {
            last = piece[read - 1];
            length += read;
        }

        length.ShouldBeGreaterThan((Files - 1) * 20_000_000L * 4 / 3);
        last.ShouldBe((byte)'}');
        // Other tests run at the same time; when files were held completely, it was over 500 MB.
        (GC.GetTotalAllocatedBytes() - before).ShouldBeLessThan(200_000_000);
    }

    [Fact]
    public async Task Generate_WhoseClientLeaves_IsCancelledOnlyWhenItSaidSo()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu", capacity: 2));
        await using var api = await ApiHost.StartAsync(watchers: [watcher]);
        await watcher.StartAsync();
        using var leave = new CancellationTokenSource();

        var stays = api.Client.PostAsJsonAsync("/generate", Body, leave.Token);
        var (kept, _) = await watcher.TakeAsync();
        var goes = api.Client.PostAsJsonAsync("/generate?cancelOnDisconnect=true", Body, leave.Token);
        var (dropped, _) = await watcher.TakeAsync();
        await leave.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(stays);
        await Should.ThrowAsync<OperationCanceledException>(goes);
        (await watcher.CancellationAsync()).GenerationId.ShouldBe(dropped);
        (await api.GetAsync(kept)).TryGetProperty("cancelRequestedAt", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Generate_ThatFails_AnswersComfyUisOwnMessage()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await ApiHost.StartAsync(watchers: [watcher]);
        await watcher.StartAsync();

        var call = api.Client.PostAsJsonAsync("/generate", Body);
        var (id, work) = await watcher.TakeAsync();
        await watcher.ReportAsync(id, work.Attempt, new GenerationFailed
        {
            GenerationId = id,
            Sequence = GenerationSequence.Of(work.Attempt, 2),
            Timestamp = DateTimeOffset.UtcNow,
            Data = new GenerationFailedData { Error = new GenerationError { Code = "node_error", Message = "mat1 and mat2", NodeId = "3", NodeType = "KSampler" }, Images = [] },
        });

        using var response = await call;
        response.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        (problem.GetProperty("code").GetString(), problem.GetProperty("detail").GetString()).ShouldBe(("generation_failed", "mat1 and mat2"));
        problem.GetProperty("errors")[0].GetProperty("nodeType").GetString().ShouldBe("KSampler");
    }
}
