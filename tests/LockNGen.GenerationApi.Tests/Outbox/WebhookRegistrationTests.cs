using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Tests.Support;
using MassTransit;

namespace LockNGen.GenerationApi.Tests.Outbox;

public sealed class WebhookRegistrationTests
{
    private const string Secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

    [Fact]
    public async Task Webhook_OfASubmission_IsRegisteredWithTheNotifier_AndNotKept()
    {
        var registered = new TaskCompletionSource<RegisterWebhook>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var api = await ApiHost.StartAsync(
            settings: new Dictionary<string, string?> { ["Webhooks:AllowPrivateAddresses"] = "true" },
            endpoints: parts => parts.Endpoint(BusQueues.WebhookNotifier, (_, endpoint) => endpoint.Handler<RegisterWebhook>(context =>
            {
                registered.TrySetResult(context.Message);
                return Task.CompletedTask;
            })));

        var answer = await api.SubmitAsync(
            new { template = "txt2img", parameters = new { prompt = "x" }, webhookUrl = "http://127.0.0.1:9/hook", webhookSecret = Secret }, session: "me");

        var id = answer.GetProperty("id").GetGuid();
        (await registered.Task.WaitAsync(ApiHost.Patience)).ShouldBe(
            new RegisterWebhook { GenerationId = id, Owner = "me", Url = "http://127.0.0.1:9/hook", Secret = Secret });
        var requeued = await (await api.Client.PostAsync($"/api/generations/{id}/requeue", null)).Content.ReadFromJsonAsync<JsonElement>();
        requeued.GetProperty("id").GetGuid().ShouldNotBe(id);
        (await api.Client.GetStringAsync($"/api/generations/{id}")).ShouldNotContain(Secret);
    }
}
