using System.Net;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.TestSupport;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace LockNGen.GenerationApi.Tests.Outbox;

[Trait("Category", "Integration")]
[Collection(nameof(RabbitMqBroker))]
public sealed class OutboxCrashTests(RabbitMqBroker broker) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lockngen-api-").FullName;

    [Fact]
    [Trait("Broker", "Private")]
    public async Task Event_WhoseProcessIsKilledBetweenCommitAndPublish_IsPublishedByTheNext()
    {
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__rabbitmq"] = broker.Url,
            ["ConnectionStrings__generations"] = $"Data Source={Path.Combine(_folder, "generations.db")}",
            ["Storage__DataPath"] = _folder,
        };
        // Without a broker every commit stays between commit and publish.
        await broker.KillAsync();
        Guid id;
        await using (var killed = ServiceProcess.Start("LockNGen.GenerationApi", settings))
        {
            await killed.ReadyAsync();
            using var response = await killed.Http.PostAsync("api/generations", new StringContent("""{"template":"txt2img","parameters":{"prompt":"x"}}"""));
            response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            id = JsonElement.Parse(await response.Content.ReadAsByteArrayAsync()).GetProperty("id").GetGuid();
            await killed.KillAsync();
        }

        await broker.StartAsync();
        await using var connection = await new ConnectionFactory { Uri = new Uri(broker.Url) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.ExchangeDeclareAsync(GenerationEventTypes.Queued, ExchangeType.Fanout, durable: true);
        var queue = await channel.QueueDeclareAsync();
        await channel.QueueBindAsync(queue.QueueName, GenerationEventTypes.Queued, "");
        var published = new TaskCompletionSource<GenerationQueued>(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            published.TrySetResult((GenerationQueued)ContractsJson.Deserialize(GenerationEventTypes.Queued, message.Body.Span));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer);
        await using var next = ServiceProcess.Start("LockNGen.GenerationApi", settings);

        var queued = await published.Task.WaitAsync(ApiHost.Patience * 2);

        (queued.GenerationId, queued.Sequence).ShouldBe((id, 1));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
