using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.Webhooks;
using Microsoft.Extensions.DependencyInjection;

namespace LockNGen.GenerationApi.Tests.Submit;

/// <summary>One owner's webhooks are at names whose server never answers.</summary>
public sealed class SlowNameServerTests
{
    private const int Submissions = 40;

    [Fact]
    public async Task NamesThatAreNeverAnswered_TakeFewPlaces_AndHoldUpNoOneElse()
    {
        var asked = new ConcurrentBag<string>();
        var never = new TaskCompletionSource<IPAddress[]>();
        var allPlacesTaken = new TaskCompletionSource();
        var lookups = new NameLookups((host, _) =>
        {
            if (!host.StartsWith("slow", StringComparison.Ordinal))
                return Task.FromResult<IPAddress[]>([IPAddress.Parse("8.8.8.8")]);
            asked.Add(host);
            if (asked.Count == NameLookups.MaxPerOwner)
                allPlacesTaken.TrySetResult();
            return never.Task;
        });
        await using var api = await ApiHost.StartAsync(services: s => s.AddSingleton(lookups));
        var slow = Enumerable.Range(0, Submissions).Select(n => DryRunAsync(api, $"https://slow{n}.example/", "mallory")).ToList();
        await allPlacesTaken.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        using var queue = await api.Client.GetAsync("/api/queue", TestContext.Current.CancellationToken);
        var other = await DryRunAsync(api, "https://quick.example/", "bob");
        var answers = await Task.WhenAll(slow);

        (queue.StatusCode, other).ShouldBe((HttpStatusCode.OK, HttpStatusCode.OK));
        // What cannot be looked up now is let through: it is checked again when it is called.
        answers.ShouldAllBe(a => a == HttpStatusCode.OK);
        // Look-ups keep their places even if no one waits for them any more, so that their number is limited.
        asked.Count.ShouldBe(NameLookups.MaxPerOwner);
    }

    private static async Task<HttpStatusCode> DryRunAsync(ApiHost api, string webhookUrl, string session)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/generations?dryRun=true")
        {
            Content = JsonContent.Create(new { template = "txt2img", parameters = new { prompt = "x", model = "sd15.safetensors" }, webhookUrl }),
        };
        request.Headers.Add("X-Session-Id", session);
        using var response = await api.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
