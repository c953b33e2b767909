using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using LockNGen.ComfyUiWatcher.ComfyUi;
using LockNGen.ComfyUiWatcher.Tests.Kit;
using Microsoft.AspNetCore.Http;

namespace LockNGen.ComfyUiWatcher.Tests.ComfyUi;

/// <summary>What proxies do to answers of ComfyUI that are right all the same.</summary>
public sealed class ComfyUiClientTests
{
    private const string Queue = """{"queue_running":[[1,"a",{},{},["9"]]],"queue_pending":[]}""";
    private const string Refusal = """{"error":{"type":"prompt_no_outputs","message":"Prompt has no outputs","details":"","extra_info":{}},"node_errors":{}}""";

    [Theory]
    [InlineData("application/json", "gzip")]
    [InlineData("application/json", "br")]
    [InlineData("application/json; charset=utf-8", "mark")]
    [InlineData("application/vnd.comfy+json", null)]
    [InlineData("text/json", null)]
    [InlineData("text/plain; charset=utf-8", null)]
    [InlineData("text/html", "mark")]
    [InlineData("application/octet-stream", "gzip")]
    [InlineData(null, null)]
    public async Task Answer_HoweverItIsWrapped_IsRead(string? contentType, string? wrapping)
    {
        await using var front = await Front.StartAsync(context => SendAsync(context, 200, contentType, wrapping, Queue));
        using var access = front.Access();

        var queue = await Client(access).GetQueueAsync(TestContext.Current.CancellationToken);

        queue.Running.ShouldHaveSingleItem().PromptId.ShouldBe("a");
    }

    [Theory]
    [InlineData("application/json", null)]
    [InlineData("text/plain", "mark")]
    [InlineData(null, "gzip")]
    public async Task Refusal_OfComfyUi_IsDistinguishedFromThatOfAProxy(string? contentType, string? wrapping)
    {
        await using var front = await Front.StartAsync(context => SendAsync(context, 400, contentType, wrapping, Refusal));
        using var access = front.Access();

        var refused = await Should.ThrowAsync<PromptRejectedException>(() => Client(access).SubmitAsync(Prompt, TestContext.Current.CancellationToken));

        refused.Rejection.Type.ShouldBe("prompt_no_outputs");
    }

    [Theory]
    [InlineData("text/html", "<html>sign in</html>", "needsAuthentication")]
    [InlineData(null, "", "proxyError")]
    [InlineData("text/plain", "upstream is starting", "proxyError")]
    public async Task Page_InPlaceOfAnAnswer_IsNone(string? contentType, string body, string code)
    {
        await using var front = await Front.StartAsync(context => SendAsync(context, 200, contentType, wrapping: null, body));
        using var access = front.Access();

        var foreign = await Should.ThrowAsync<UnusableServerException>(() => Client(access).GetQueueAsync(TestContext.Current.CancellationToken));

        foreign.ReasonCode.ShouldBe(code);
    }

    [Theory]
    [InlineData(308, "https://gpu.example/queue", "proxyError")]
    [InlineData(301, "https://gpu.example/", "proxyError")]
    [InlineData(307, "https://gpu.example/queue", "proxyError")]
    [InlineData(302, "https://accounts.example/start", "needsAuthentication")]
    [InlineData(308, "https://login.example/queue", "needsAuthentication")]
    public async Task Redirect_ToTheSamePageElsewhere_IsNoLogin(int status, string location, string code)
    {
        await using var front = await Front.StartAsync(context =>
        {
            context.Response.Headers.Location = location;
            return SendAsync(context, status, contentType: null, wrapping: null, "");
        });
        using var access = front.Access();

        var foreign = await Should.ThrowAsync<UnusableServerException>(() => Client(access).GetQueueAsync(TestContext.Current.CancellationToken));

        foreign.ReasonCode.ShouldBe(code);
    }

    [Fact]
    public async Task Server_WithoutTls_AskedForIt_IsNamed()
    {
        await using var front = await Front.StartAsync(context => SendAsync(context, 200, "application/json", wrapping: null, Queue));
        using var access = front.Access("https://");

        var refused = await Should.ThrowAsync<UnusableServerException>(() => Client(access).GetQueueAsync(TestContext.Current.CancellationToken));

        refused.ReasonCode.ShouldBe("tlsError");
        refused.Message.ShouldStartWith("TLS fails; is it at http:// perhaps?");
    }

    [Theory]
    [InlineData("2020-01-01T00:00:00Z", 60)]
    [InlineData("2099-01-01T00:00:00Z", 60)]
    public async Task RetryAfter_OfAServerWhoseClockIsWrong_IsReadByThatClock(string clock, int seconds)
    {
        var now = DateTimeOffset.Parse(clock, CultureInfo.InvariantCulture);
        await using var front = await Front.StartAsync(context =>
        {
            context.Response.Headers.Date = now.ToString("R", CultureInfo.InvariantCulture);
            context.Response.Headers.RetryAfter = now.AddSeconds(seconds).ToString("R", CultureInfo.InvariantCulture);
            return SendAsync(context, 503, "text/plain", wrapping: null, "busy");
        });
        using var access = front.Access();

        var busy = await Should.ThrowAsync<UnusableServerException>(() => Client(access).GetQueueAsync(TestContext.Current.CancellationToken));

        busy.RetryAfter.ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public void Queue_WithEntriesThatMakeNoSense_IsTheOthers()
    {
        var queue = QueueSnapshot.Of(JsonElement.Parse(
            """{"queue_running":[null,["7","a"],{}],"queue_pending":[[2.0,"b",{},null,null],[null,"c",{},{"client_id":5},["9"]],[3,null,{},{},[]]]}"""));

        queue.Running.Select(i => (i.PromptId, i.Number)).ShouldBe([("a", 7)]);
        queue.Pending.Select(i => (i.PromptId, i.ClientId)).ShouldBe([("c", "5"), ("b", null)]);
        QueueSnapshot.Of(JsonElement.Parse("""{"queue_running":null,"queue_pending":null}""")).Remaining.ShouldBe(0);
    }

    private static PromptRequest Prompt => new() { Workflow = [], PromptId = "a", ClientId = "c", ExtraData = [] };

    private static ComfyUiClient Client(ServerAccess access) => new(access, new ResponseLimits(1 << 20, 1 << 20, 1 << 20), TimeSpan.FromSeconds(30));

    private static async Task SendAsync(HttpContext context, int status, string? contentType, string? wrapping, string body)
    {
        var bytes = Encoding.UTF8.GetBytes(wrapping == "mark" ? "\ufeff" + body : body);
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        if (wrapping is "gzip" or "br")
            context.Response.Headers.ContentEncoding = wrapping;
        using var sent = new MemoryStream();
        await using (var packed = Packing(wrapping, sent))
            await packed.WriteAsync(bytes);
        await context.Response.Body.WriteAsync(sent.ToArray());
    }

    private static Stream Packing(string? wrapping, MemoryStream sent) => wrapping switch
    {
        "gzip" => new GZipStream(sent, CompressionLevel.Fastest),
        "br" => new BrotliStream(sent, CompressionLevel.Fastest),
        _ => sent,
    };
}
