using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Storage;
using LockNGen.GenerationApi.Tests.Support;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace LockNGen.GenerationApi.Tests.Outbox;

public sealed class WebhookRegistrationTests
{
    private const string Secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

    private readonly TaskCompletionSource<RegisterWebhook> _registered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Webhook_OfASubmission_IsRegisteredWithTheNotifier_AndNotKept()
    {
        await using var api = await StartAsync();

        var answer = await api.SubmitAsync(
            new { template = "txt2img", parameters = new { prompt = "x" }, webhookUrl = "http://127.0.0.1:9/hook", webhookSecret = Secret }, session: "me");

        var id = answer.GetProperty("id").GetGuid();
        (await _registered.Task.WaitAsync(ApiHost.Patience)).ShouldBe(
            new RegisterWebhook { GenerationId = id, Owner = "me", Url = "http://127.0.0.1:9/hook", Secret = Secret });
        var requeued = await (await api.Client.PostAsync($"/api/generations/{id}/requeue", null)).Content.ReadFromJsonAsync<JsonElement>();
        requeued.GetProperty("id").GetGuid().ShouldNotBe(id);
        (await api.Client.GetStringAsync($"/api/generations/{id}")).ShouldNotContain(Secret);
    }

    [Fact]
    public async Task Generation_WhoseWebhookIsNotYetOnItsWay_WaitsForThatAndHoldsUpNoOne()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu", capacity: 2));
        await using var api = await StartAsync(watcher);
        await watcher.StartAsync();
        Guid withWebhook;
        await using (await api.Services.GetRequiredService<GenerationsDatabase>().LockAsync("outbox", TestContext.Current.CancellationToken))
        {
            var answer = await api.SubmitAsync(new { template = "txt2img", parameters = new { prompt = "x", model = "sd15.safetensors" }, webhookUrl = "http://127.0.0.1:9/hook" });
            withWebhook = answer.GetProperty("id").GetGuid();
            var other = await api.SubmitTextAsync();

            (await watcher.TakeAsync()).Id.ShouldBe(other);
        }

        (await watcher.TakeAsync()).Id.ShouldBe(withWebhook);
        (await _registered.Task.WaitAsync(ApiHost.Patience)).GenerationId.ShouldBe(withWebhook);
    }

    private Task<ApiHost> StartAsync(params FakeWatcher[] watchers) => ApiHost.StartAsync(
        settings: new Dictionary<string, string?> { ["Webhooks:AllowPrivateAddresses"] = "true" },
        watchers: watchers,
        endpoints: parts => parts.Endpoint(BusQueues.WebhookNotifier, (_, endpoint) => endpoint.Handler<RegisterWebhook>(context =>
        {
            _registered.TrySetResult(context.Message);
            return Task.CompletedTask;
        })));
}
