using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LockNGen.WebhookNotifier.Tests;

/// <summary>Somebody's server that webhooks are posted to: records every call and answers as the test says.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;
    private readonly Channel<Call> _calls = Channel.CreateUnbounded<Call>();

    private Receiver(WebApplication app) => _app = app;

    /// <summary>What a call is answered with; 200 unless a test sets something else.</summary>
    public Func<HttpContext, Call, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    public string Url => Urls[0];

    /// <summary>Where it listens: on one port, unless it was started on several.</summary>
    public IReadOnlyList<string> Urls => [.. _app.Urls.Select(url => url + "/hook")];

    public static async Task<Receiver> StartAsync(Func<HttpContext, Call, Task>? answer = null, int ports = 1)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls([.. Enumerable.Repeat("http://127.0.0.1:0", ports)]);
        var receiver = new Receiver(builder.Build());
        if (answer is not null)
            receiver.Answer = answer;
        receiver._app.Run(receiver.HandleAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>Answers with a status.</summary>
    public static Func<HttpContext, Call, Task> Status(int status) => (context, _) =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    /// <summary>Answers nothing until the caller gives up.</summary>
    public static async Task Hang(HttpContext context, Call call)
    {
        var left = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(left.SetResult);
        await left.Task;
    }

    /// <summary>The next call, in order of arrival.</summary>
    public async Task<Call> NextAsync() => await _calls.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience);

    /// <summary>Whether calls came that the test has not read.</summary>
    public bool HasMore => _calls.Reader.TryPeek(out _);

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var call = new Call(
            context.Request.Path,
            context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            await reader.ReadToEndAsync());
        _calls.Writer.TryWrite(call);
        await Answer(context, call);
    }

    internal sealed record Call(string Path, IReadOnlyDictionary<string, string> Headers, string Body)
    {
        public string Id => Headers["webhook-id"];
    }
}
