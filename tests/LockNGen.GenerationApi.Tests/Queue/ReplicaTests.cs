using LockNGen.Contracts;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.TestSupport;

namespace LockNGen.GenerationApi.Tests.Queue;

[Trait("Category", "Integration")]
[Collection(nameof(RabbitMqBroker))]
public sealed class ReplicaTests(PostgreSqlFixture server, RabbitMqBroker broker) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lockngen-api-").FullName;

    [Fact]
    public async Task Queue_OfTwoReplicas_IsOne_AndContinuesWhenOneStops()
    {
        var database = await server.CreateDatabaseAsync();
        var bus = await broker.CreateVirtualHostAsync();
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu", capacity: 2));
        await using var stays = await ApiHost.StartAsync(database, _folder, watchers: [watcher], rabbitMq: bus);
        var leaves = await ApiHost.StartAsync(database, _folder, rabbitMq: bus);
        await watcher.StartAsync();
        var ids = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add(await stays.SubmitTextAsync());
            ids.Add(await leaves.SubmitTextAsync());
        }

        var done = new List<Guid>();
        for (var i = 0; i < ids.Count; i++)
        {
            var (id, work) = await watcher.TakeAsync();
            (await watcher.CompleteAsync(id, work)).ShouldBe(OutcomeVerdict.Publish);
            done.Add(id);
            if (i == 1)
                await leaves.DisposeAsync();
        }

        done.ShouldBe(ids, ignoreOrder: true);
        foreach (var id in ids)
            (await stays.Events.EndOfAsync(id)).ShouldBeOfType<GenerationCompleted>();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
