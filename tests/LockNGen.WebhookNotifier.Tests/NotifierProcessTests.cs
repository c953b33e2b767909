using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.Messaging;
using LockNGen.TestSupport;

namespace LockNGen.WebhookNotifier.Tests;

/// <summary>The service's own program, with a real broker and database, and what becomes of deliveries when it is killed.</summary>
[Collection(ServersCollection.Name)]
[Trait("Category", "Integration")]
public sealed class NotifierProcessTests(RabbitMqBroker broker, PostgreSqlFixture postgres) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lockngen-webhooks-").FullName;

    [Fact]
    public async Task Killed_BetweenAcknowledgementAndDelivery_DeliversAfterItsRestart()
    {
        var address = await broker.CreateVirtualHostAsync();
        await using var receiver = await Receiver.StartAsync(Receiver.Hang);
        await using var publisher = await PublisherHost.StartAsync(address);
        var settings = Settings(address, "Data Source=" + Path.Combine(_folder, "webhooks.db"));
        var completed = Events.Completed(Guid.NewGuid());
        Receiver.Call first;
        await using (var notifier = ServiceProcess.Start("LockNGen.WebhookNotifier", settings))
        {
            await RegisterAsync(notifier, receiver.Url);
            await publisher.PublishAsync(completed, "alice");
            first = await receiver.NextAsync();
            await QueueIsEmptyAsync(address);
            await notifier.KillAsync();
        }

        receiver.Answer = (_, _) => Task.CompletedTask;
        await using var restarted = ServiceProcess.Start("LockNGen.WebhookNotifier", settings);

        var second = await receiver.NextAsync();
        second.Id.ShouldBe(first.Id);
        second.Body.ShouldBe(Encoding.UTF8.GetString(ContractsJson.Serialize(completed)));
    }

    [Fact]
    public async Task Down_WhileAGenerationEnds_DeliversItsOutcomeOnceItIsBack()
    {
        var address = await broker.CreateVirtualHostAsync();
        await using var receiver = await Receiver.StartAsync();
        await using var publisher = await PublisherHost.StartAsync(address);
        var settings = Settings(address, "Data Source=" + Path.Combine(_folder, "webhooks.db"));
        await using (var notifier = ServiceProcess.Start("LockNGen.WebhookNotifier", settings))
        {
            await RegisterAsync(notifier, receiver.Url);
            (await notifier.TerminateAsync()).ShouldBe(0);
        }

        var generation = Guid.NewGuid();
        await publisher.PublishAsync(Events.Completed(generation), "alice");
        await using var restarted = ServiceProcess.Start("LockNGen.WebhookNotifier", settings);

        (await receiver.NextAsync()).Body.ShouldContain(generation.ToString());
    }

    [Fact]
    public async Task NeverStartedBefore_AGenerationWithAWebhookEnds_DeliversItsOutcomeAfterItsFirstStart()
    {
        var address = await broker.CreateVirtualHostAsync();
        await using var receiver = await Receiver.StartAsync();
        await using var api = ServiceProcess.Start("LockNGen.GenerationApi", new Dictionary<string, string>
        {
            ["ConnectionStrings__rabbitmq"] = address,
            ["Storage__DataPath"] = _folder,
            ["Webhooks__AllowPrivateAddresses"] = "true",
        });
        await api.ReadyAsync(TestContext.Current.CancellationToken);
        var id = await EndGenerationAsync(api, receiver.Url);
        await QueueHasAsync(address, 2);

        await using var notifier = ServiceProcess.Start("LockNGen.WebhookNotifier", Settings(address, "Data Source=" + Path.Combine(_folder, "webhooks.db")));

        var call = JsonElement.Parse((await receiver.NextAsync()).Body);
        call.GetProperty("type").GetString().ShouldBe(GenerationEventTypes.Cancelled);
        call.GetProperty("generationId").GetGuid().ShouldBe(id);
    }

    [Fact]
    public async Task TwoReplicas_OneKilled_DeliverEverythingBetweenThem()
    {
        const int count = 60;
        var address = await broker.CreateVirtualHostAsync();
        await using var receiver = await Receiver.StartAsync();
        await using var publisher = await PublisherHost.StartAsync(address);
        var settings = Settings(address, await postgres.CreateDatabaseAsync());
        await using var first = ServiceProcess.Start("LockNGen.WebhookNotifier", settings);
        await using var second = ServiceProcess.Start("LockNGen.WebhookNotifier", settings);
        await RegisterAsync(first, receiver.Url);
        await second.ReadyAsync(TestContext.Current.CancellationToken);
        var generations = Enumerable.Range(0, count).Select(_ => Guid.NewGuid()).ToList();

        for (var i = 0; i < count; i++)
        {
            if (i == count / 2)
                await first.KillAsync();
            await publisher.PublishAsync(Events.Completed(generations[i]), "alice");
        }

        var delivered = new HashSet<string>();
        while (delivered.Count < count)
            delivered.Add((await receiver.NextAsync()).Body);
        generations.ShouldAllBe(g => delivered.Any(d => d.Contains(g.ToString(), StringComparison.Ordinal)));
    }

    [Fact]
    public async Task TwoReplicas_BothAlive_DeliverEverythingOnce()
    {
        const int count = 60;
        var address = await broker.CreateVirtualHostAsync();
        await using var receiver = await Receiver.StartAsync();
        await using var publisher = await PublisherHost.StartAsync(address);
        var settings = Settings(address, await postgres.CreateDatabaseAsync());
        await using var first = ServiceProcess.Start("LockNGen.WebhookNotifier", settings);
        await using var second = ServiceProcess.Start("LockNGen.WebhookNotifier", settings);
        await RegisterAsync(first, receiver.Url);
        await second.ReadyAsync(TestContext.Current.CancellationToken);

        for (var i = 0; i < count; i++)
            await publisher.PublishAsync(Events.Completed(Guid.NewGuid()), "alice");

        var ids = new List<string>();
        for (var i = 0; i < count; i++)
            ids.Add((await receiver.NextAsync()).Id);
        ids.Distinct().Count().ShouldBe(count);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Dictionary<string, string> Settings(string broker, string database) => new()
    {
        ["ConnectionStrings__rabbitmq"] = broker,
        ["ConnectionStrings__webhooks"] = database,
        ["Webhooks__AllowPrivateAddresses"] = "true",
        ["Webhooks__Timeout"] = "00:00:05",
    };

    private static async Task RegisterAsync(ServiceProcess notifier, string url)
    {
        await notifier.ReadyAsync(TestContext.Current.CancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/webhooks") { Content = JsonContent.Create(new { url }) };
        request.Headers.Add("X-Session-Id", "alice");
        using var response = await notifier.Http.SendAsync(request, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>A generation that asks for its outcome at an address, and ends at once: no instance renders, and it is cancelled.</summary>
    private static async Task<Guid> EndGenerationAsync(ServiceProcess api, string webhookUrl)
    {
        using var submitted = await api.Http.PostAsJsonAsync(
            "/api/generations", new { template = "txt2img", parameters = new { prompt = "a fox" }, webhookUrl }, TestContext.Current.CancellationToken);
        submitted.EnsureSuccessStatusCode();
        var id = (await submitted.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("id").GetGuid();
        using var cancelled = await api.Http.PostAsync($"/api/generations/{id}/cancel", null, TestContext.Current.CancellationToken);
        cancelled.EnsureSuccessStatusCode();
        return id;
    }

    /// <summary>Waits until the broker has no message left for the notifier, delivered or not: all are acknowledged.</summary>
    private Task QueueIsEmptyAsync(string address) => QueueHasAsync(address, 0);

    private async Task QueueHasAsync(string address, int count)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        var host = new Uri(address).AbsolutePath[1..];
        var line = string.Create(CultureInfo.InvariantCulture, $"{DurableQueue.WebhookNotifier.Name}\t{count}");
        while (await broker.ControlAsync("list_queues", "-p", host, "--no-table-headers", "name", "messages") is var queues
            && !queues.Split('\n').Contains(line))
        {
            limit.Token.ThrowIfCancellationRequested();
        }
    }
}
