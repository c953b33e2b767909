using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.Messaging;
using LockNGen.WebhookNotifier.Deliveries;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace LockNGen.WebhookNotifier.Tests;

/// <summary>From an event on the bus to a request at somebody's server.</summary>
public sealed class WebhookNotifierTests
{
    private readonly Guid _generation = Guid.NewGuid();

    [Fact]
    public async Task Outcome_OfTheOwnersGeneration_IsPostedSignedAndByteForByte()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var notifier = await NotifierHost.StartAsync();
        var webhook = await notifier.RegisterAsync(receiver.Url, "alice");
        var completed = Events.Completed(_generation);

        await notifier.PublishAsync(completed, "alice");

        var call = await receiver.NextAsync();
        call.Body.ShouldBe(Encoding.UTF8.GetString(ContractsJson.Serialize(completed)));
        call.Headers["Content-Type"].ShouldBe("application/json");
        call.Headers["webhook-signature"].ShouldBe(Signature(call, webhook.GetProperty("secret").GetString()!));
        call.Headers.Keys.ShouldNotContain("traceparent");
    }

    [Fact]
    public async Task DeadReceiversOfOneOwner_DoNotDelayAnothers()
    {
        // They accept the connection and never answer, each at its own address.
        var dead = new TaskCompletionSource();
        await using var silent = await Receiver.StartAsync((_, _) => dead.Task, ports: 40);
        await using var receiver = await Receiver.StartAsync();
        await using var notifier = await NotifierHost.StartAsync(
            ("Webhooks:MaxConcurrent", "6"), ("Webhooks:MaxConcurrentPerOwner", "4"), ("Webhooks:Timeout", "00:00:25"), ("Webhooks:MaxPerOwner", "100"));
        foreach (var url in silent.Urls)
            await notifier.RegisterAsync(url, "mallory");
        await notifier.RegisterAsync(receiver.Url, "bob");
        await notifier.PublishAsync(Events.Completed(Guid.NewGuid()), "mallory");
        for (var i = 0; i < 4; i++)
            await silent.NextAsync();

        await notifier.PublishAsync(Events.Completed(_generation), "bob");

        (await receiver.NextAsync()).Body.ShouldContain(_generation.ToString());
        silent.HasMore.ShouldBeFalse();
        dead.SetResult();
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("utf-7")]
    [InlineData("utf-8")]
    public async Task Charset_OfAJsonBody_MeansNothing(string charset)
    {
        await using var notifier = await NotifierHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/webhooks") { Content = new StringContent("""{"url":"http://127.0.0.1:9/"}""") };
        request.Content.Headers.Remove("Content-Type");
        request.Content.Headers.TryAddWithoutValidation("Content-Type", $"application/json; charset={charset}");
        request.Headers.Add("X-Session-Id", "alice");

        using var response = await notifier.Http.SendAsync(request, TestContext.Current.CancellationToken);

        response.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("/{}")]
    [InlineData("/a b")]
    [InlineData("/%zz")]
    public async Task Address_ThatCouldNotBeDelivered_IsRefusedAtOnce(string path)
    {
        await using var notifier = await NotifierHost.StartAsync();

        using var response = await notifier.SendAsync(HttpMethod.Post, "/api/webhooks", "alice", new { url = "http://127.0.0.1:9" + path });

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("percent-encoded");
    }

    [Fact]
    public async Task Event_WithATrace_IsPostedWithIt()
    {
        const string traceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        await using var receiver = await Receiver.StartAsync();
        await using var notifier = await NotifierHost.StartAsync();
        await notifier.RegisterAsync(receiver.Url, "alice");

        await notifier.PublishAsync(Events.Completed(_generation), "alice", traceParent);

        var headers = (await receiver.NextAsync()).Headers;
        headers["traceparent"].ShouldBe(traceParent);
        headers.Keys.ShouldNotContain("tracestate");
    }

    [Fact]
    public async Task Events_OfOthersOrFilteredOut_AreNotPosted()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var notifier = await NotifierHost.StartAsync();
        await notifier.RegisterAsync(receiver.Url, "alice");

        await notifier.PublishAsync(Events.Completed(Guid.NewGuid()), "bob");
        await notifier.PublishAsync(Events.Completed(Guid.NewGuid()), null);
        await notifier.PublishAsync(Events.Started(_generation), "alice");
        await notifier.PublishAsync(Events.Completed(_generation), "alice");

        (await receiver.NextAsync()).Body.ShouldContain($"\"generation.completed\",\"generationId\":\"{_generation}\"");
        receiver.HasMore.ShouldBeFalse();
    }

    [Fact]
    public async Task Events_ThatAWebhookAskedFor_ArriveInOrderAndPositionsNotAtAll()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var notifier = await NotifierHost.StartAsync();
        await notifier.RegisterAsync(receiver.Url, "alice", "generation.queued", "generation.started", "generation.completed");

        await notifier.PublishAsync(Events.Queued(_generation), "alice");
        await notifier.PublishAsync(Events.Queued(_generation, number: 2), "alice");
        await notifier.PublishAsync(Events.Started(_generation), "alice");
        await notifier.PublishAsync(Events.Completed(_generation), "alice");

        (await receiver.NextAsync()).Body.ShouldContain("\"sequence\":1,");
        (await receiver.NextAsync()).Body.ShouldContain("generation.started");
        (await receiver.NextAsync()).Body.ShouldContain("generation.completed");
    }

    [Fact]
    public async Task Event_PublishedTwice_IsPostedOnce()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var notifier = await NotifierHost.StartAsync();
        await notifier.RegisterAsync(receiver.Url, "alice");
        var later = Guid.NewGuid();

        await notifier.PublishAsync(Events.Completed(_generation), "alice");
        await notifier.PublishAsync(Events.Completed(_generation), "alice");
        await notifier.PublishAsync(Events.Completed(later), "alice");

        string[] bodies = [(await receiver.NextAsync()).Body, (await receiver.NextAsync()).Body];
        bodies.ShouldContain(b => b.Contains(_generation.ToString(), StringComparison.Ordinal));
        bodies.ShouldContain(b => b.Contains(later.ToString(), StringComparison.Ordinal));
        receiver.HasMore.ShouldBeFalse();
    }

    [Fact]
    public async Task Receiver_ThatFailsAndThenRecovers_GetsTheSameIdUntilItAccepts()
    {
        var answers = new Queue<Func<HttpContext, Receiver.Call, Task>>(
        [
            Receiver.Status(500),
            (context, _) =>
            {
                context.Abort(); // closes the connection without an answer
                return Task.CompletedTask;
            },
            Receiver.Status(404),
            Receiver.Status(204),
        ]);
        await using var receiver = await Receiver.StartAsync((context, call) => answers.Dequeue()(context, call));
        await using var notifier = await NotifierHost.StartAsync();
        var webhook = await notifier.RegisterAsync(receiver.Url, "alice");

        await notifier.PublishAsync(Events.Completed(_generation), "alice");

        string[] ids = [(await receiver.NextAsync()).Id, (await receiver.NextAsync()).Id, (await receiver.NextAsync()).Id, (await receiver.NextAsync()).Id];
        ids.Distinct().Count().ShouldBe(1);
        var delivery = await notifier.EndedAsync(webhook.GetProperty("id").GetString()!, "alice");
        delivery.GetProperty("delivery").GetProperty("status").GetString().ShouldBe("delivered");
        delivery.GetProperty("attempts").EnumerateArray().Select(a => a.TryGetProperty("statusCode", out var status) ? status.GetInt32() : 0)
            .ShouldBe([500, 0, 404, 204]);
    }

    [Fact]
    public async Task Receiver_ThatHangs_DelaysNoOneElseAndIsTriedAgain()
    {
        await using var hanging = await Receiver.StartAsync(Receiver.Hang);
        await using var healthy = await Receiver.StartAsync();
        await using var notifier = await NotifierHost.StartAsync(
            ("Webhooks:Timeout", "00:00:02"), ("Webhooks:MaxConcurrent", "10"), ("Webhooks:MaxConcurrentPerDestination", "5"));
        await notifier.RegisterAsync(hanging.Url, "mallory");
        await notifier.RegisterAsync(healthy.Url, "alice");

        for (var i = 0; i < 20; i++)
            await notifier.PublishAsync(Events.Completed(Guid.NewGuid()), "mallory");
        await hanging.NextAsync();
        for (var i = 0; i < 20; i++)
            await notifier.PublishAsync(Events.Completed(Guid.NewGuid()), "alice");

        // None of mallory's attempts has ended yet when all of alice's have arrived.
        for (var i = 0; i < 20; i++)
            await healthy.NextAsync();
        hanging.Answer = (_, _) => Task.CompletedTask;
        for (var i = 1; i < 25; i++)
            await hanging.NextAsync();
    }

    [Fact]
    public async Task Receiver_ThatRedirects_IsNotFollowed()
    {
        await using var target = await Receiver.StartAsync();
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (context, _) =>
        {
            receiver.Answer = (_, _) => Task.CompletedTask;
            context.Response.Redirect(target.Url);
            return Task.CompletedTask;
        };
        await using var notifier = await NotifierHost.StartAsync();
        var webhook = await notifier.RegisterAsync(receiver.Url, "alice");

        await notifier.PublishAsync(Events.Completed(_generation), "alice");

        var delivery = await notifier.EndedAsync(webhook.GetProperty("id").GetString()!, "alice");
        delivery.GetProperty("attempts")[0].GetProperty("error").GetString().ShouldNotBeNull().ShouldContain("Redirects are not followed");
        target.HasMore.ShouldBeFalse();
    }

    [Fact]
    public async Task Receiver_ThatIsGone_DisablesTheWebhook()
    {
        await using var receiver = await Receiver.StartAsync(Receiver.Status(410));
        await using var notifier = await NotifierHost.StartAsync();
        var id = (await notifier.RegisterAsync(receiver.Url, "alice")).GetProperty("id").GetString()!;

        await notifier.PublishAsync(Events.Completed(_generation), "alice");

        (await notifier.EndedAsync(id, "alice")).GetProperty("delivery").GetProperty("status").GetString().ShouldBe("failed");
        var webhook = await notifier.GetAsync($"/api/webhooks/{id}", "alice");
        webhook.GetProperty("enabled").GetBoolean().ShouldBeFalse();
        webhook.GetProperty("disabledReason").GetString().ShouldNotBeNull().ShouldContain("410");
    }

    [Fact]
    public async Task Receiver_ThatAnswersWithoutEnd_CountsByItsStatus()
    {
        await using var receiver = await Receiver.StartAsync(async (context, call) =>
        {
            await context.Response.Body.FlushAsync();
            await Receiver.Hang(context, call);
        });
        await using var notifier = await NotifierHost.StartAsync();
        var webhook = await notifier.RegisterAsync(receiver.Url, "alice");

        await notifier.PublishAsync(Events.Completed(_generation), "alice");

        var delivery = await notifier.EndedAsync(webhook.GetProperty("id").GetString()!, "alice");
        delivery.GetProperty("delivery").GetProperty("status").GetString().ShouldBe("delivered");
        delivery.GetProperty("delivery").GetProperty("attempts").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task Receiver_ThatAnswersAFailureWithMegabytes_IsReadNoFurtherThanTheLogNeeds()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = async (context, _) =>
        {
            receiver.Answer = (_, _) => Task.CompletedTask;
            context.Response.StatusCode = 500;
            await context.Response.WriteAsync(new string('x', 10_000_000));
        };
        await using var notifier = await NotifierHost.StartAsync();
        var webhook = await notifier.RegisterAsync(receiver.Url, "alice");

        await notifier.PublishAsync(Events.Completed(_generation), "alice");

        var delivery = await notifier.EndedAsync(webhook.GetProperty("id").GetString()!, "alice");
        delivery.GetProperty("attempts")[0].GetProperty("response").GetString().ShouldBe(new string('x', 1024));
    }

    [Fact]
    public async Task Secret_Rotated_SignsAlongWithTheOldOne()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var notifier = await NotifierHost.StartAsync();
        var webhook = await notifier.RegisterAsync(receiver.Url, "alice");
        using var response = await notifier.SendAsync(HttpMethod.Post, $"/api/webhooks/{webhook.GetProperty("id")}/secret", "alice");
        var rotated = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);

        await notifier.PublishAsync(Events.Completed(_generation), "alice");

        var call = await receiver.NextAsync();
        var signatures = new[] { rotated, webhook }.Select(w => Signature(call, w.GetProperty("secret").GetString()!));
        call.Headers["webhook-signature"].ShouldBe(string.Join(' ', signatures));
    }

    [Fact]
    public async Task Generation_WithItsOwnWebhook_PostsItsOutcomeThere()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var notifier = await NotifierHost.StartAsync();
        var command = new RegisterWebhook { GenerationId = _generation, Owner = "alice", Url = receiver.Url, Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" };
        var commands = notifier.Services.GetRequiredService<CommandClient>();
        await commands.SendAsync(BusQueues.WebhookNotifier, command, TestContext.Current.CancellationToken);
        await commands.SendAsync(BusQueues.WebhookNotifier, command, TestContext.Current.CancellationToken);

        await notifier.PublishAsync(Events.Completed(Guid.NewGuid()), "alice");
        await notifier.PublishAsync(Events.Completed(_generation), "alice");

        var call = await receiver.NextAsync();
        call.Body.ShouldContain(_generation.ToString());
        call.Headers["webhook-signature"].ShouldBe(Signature(call, command.Secret));
        receiver.HasMore.ShouldBeFalse();
        (await notifier.GetAsync($"/api/webhooks?generationId={_generation}", "alice")).GetProperty("items").GetArrayLength().ShouldBe(1);
        (await notifier.GetAsync("/api/webhooks", "alice")).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Test_OfAWebhook_IsSentOnceAndShowsInTheLog()
    {
        await using var receiver = await Receiver.StartAsync(Receiver.Status(500));
        await using var notifier = await NotifierHost.StartAsync();
        var id = (await notifier.RegisterAsync(receiver.Url, "alice")).GetProperty("id").GetString()!;

        using var response = await notifier.SendAsync(HttpMethod.Post, $"/api/webhooks/{id}/test", "alice");

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await receiver.NextAsync()).Body.ShouldContain("\"type\":\"webhook.test\"");
        var delivery = await notifier.EndedAsync(id, "alice");
        delivery.GetProperty("delivery").GetProperty("status").GetString().ShouldBe("failed");
        delivery.GetProperty("attempts").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task Delivery_RedeliveredByHand_ArrivesAgainUnderItsId()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var notifier = await NotifierHost.StartAsync();
        var id = (await notifier.RegisterAsync(receiver.Url, "alice")).GetProperty("id").GetString()!;
        await notifier.PublishAsync(Events.Completed(_generation), "alice");
        var first = await receiver.NextAsync();
        await notifier.EndedAsync(id, "alice");

        using var response = await notifier.SendAsync(HttpMethod.Post, $"/api/webhooks/{id}/deliveries/{first.Id}/redeliver", "alice");

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var second = await receiver.NextAsync();
        second.Id.ShouldBe(first.Id);
        second.Body.ShouldBe(first.Body);
    }

    private static string Signature(Receiver.Call call, string secret) => WebhookSignature.Header(
        [secret], call.Id, long.Parse(call.Headers["webhook-timestamp"], System.Globalization.CultureInfo.InvariantCulture), Encoding.UTF8.GetBytes(call.Body));
}
