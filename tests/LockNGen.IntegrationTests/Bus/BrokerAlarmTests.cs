using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.TestSupport;

namespace LockNGen.IntegrationTests.Bus;

/// <summary>A broker without memory or disk space accepts no messages: submissions wait in the API's database, up to its limit.</summary>
[Trait("Broker", "Private")]
public sealed class BrokerAlarmTests
{
    private const int MaxDepth = 4;

    [Theory]
    [InlineData(BrokerResource.Memory)]
    [InlineData(BrokerResource.Disk)]
    public async Task Submissions_WhileTheBrokerIsBlocked_AreAcceptedUpToTheLimitAndNoneIsLost(BrokerResource resource)
    {
        // A separate broker, because an alarm stops every test that publishes.
        await using var broker = new RabbitMqBroker();
        await broker.InitializeAsync();
        await using var deployment = await Deployment.StartAsync(
            broker, apiSettings: new Dictionary<string, string> { ["Queue__MaxDepth"] = MaxDepth.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        await SubmitAndFollowAsync(deployment);

        await broker.RaiseAlarmAsync(resource);
        var accepted = new List<Guid>();
        HttpStatusCode refusal;
        while (true)
        {
            using var answer = await PostAsync(deployment);
            if (answer.StatusCode != HttpStatusCode.Accepted)
            {
                refusal = answer.StatusCode;
                break;
            }

            accepted.Add((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid());
            accepted.Count.ShouldBeLessThanOrEqualTo(MaxDepth + 1, "one that is dispatched does not wait");
        }

        await broker.ClearAlarmAsync(resource);

        accepted.Count.ShouldBeGreaterThanOrEqualTo(MaxDepth);
        refusal.ShouldBe(HttpStatusCode.ServiceUnavailable);
        foreach (var id in accepted)
        {
            await using var client = await ProgressClient.ConnectAsync(deployment.Gateways[0].Url, $"generationId={id}&after=0");
            await client.UntilAsync(GenerationEventTypes.Completed);
        }
    }

    private static async Task SubmitAndFollowAsync(Deployment deployment)
    {
        var id = await deployment.Api.Http.SubmitAsync();
        await using var client = await ProgressClient.ConnectAsync(deployment.Gateways[0].Url, $"generationId={id}&after=0");
        await client.UntilAsync(GenerationEventTypes.Completed);
    }

    private static Task<HttpResponseMessage> PostAsync(Deployment deployment) => deployment.Api.Http.PostAsJsonAsync(
        "api/generations", new { template = "txt2img", parameters = new { prompt = "a lighthouse", steps = 2, width = 64, height = 64 } });
}
