using LockNGen.Contracts;
using LockNGen.TestSupport;
using MassTransit;

namespace LockNGen.IntegrationTests.Bus;

/// <summary>Requests between two processes, and the failures that they survive.</summary>
public sealed class RequestTests(RabbitMqBroker broker)
{
    private const string Queue = "echo";
    private static readonly Guid Generation = Guid.NewGuid();

    [Fact]
    public async Task Request_IsAnsweredByTheReaderOfTheQueue()
    {
        using var host = await BusHost.StartAsync(broker, bus => bus.Endpoint(Queue, (_, endpoint) =>
            endpoint.Handle<GetSnapshot, SnapshotAnswer>(request => new SnapshotAnswer { Owner = request.GenerationId.ToString() })));

        (await host.AskAsync(Queue, Generation)).Owner.ShouldBe(Generation.ToString());
    }

    [Fact]
    public async Task Request_AtWhichTheReaderFails_FailsWithItsReason()
    {
        using var host = await BusHost.StartAsync(broker, bus => bus.Endpoint(Queue, (_, endpoint) =>
            endpoint.Handle<GetSnapshot, SnapshotAnswer>(_ => throw new InvalidOperationException("The disk is full."))));

        (await Should.ThrowAsync<RequestException>(host.AskAsync(Queue, Generation))).Message.ShouldContain("The disk is full.");
    }

    [Fact]
    public async Task Request_ToAQueueThatNoOneHasDeclared_IsReturnedIfMandatory()
    {
        using var host = await BusHost.StartAsync(broker, requestTimeout: "00:00:01");

        await Should.ThrowAsync<MessageReturnedException>(host.AskAsync("nobody", Generation, mandatory: true));
        await Should.ThrowAsync<RequestTimeoutException>(host.AskAsync("nobody", Generation));
    }

    [Fact]
    public async Task Answer_AfterItsRequestHasTimedOut_IsDropped()
    {
        var late = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var host = await BusHost.StartAsync(
            broker,
            bus => bus.Endpoint(Queue, (_, endpoint) => endpoint.Handler<GetSnapshot>(async request =>
            {
                if (request.Message.GenerationId == Generation)
                    await late.Task;
                await request.RespondAsync(new SnapshotAnswer { Owner = request.Message.GenerationId.ToString() });
            })),
            requestTimeout: "00:00:00.500");
        await Should.ThrowAsync<RequestTimeoutException>(host.AskAsync(Queue, Generation));

        late.SetResult();

        // They are answered one after another: after these, the late one has been handled.
        for (var i = 0; i < 20; i++)
        {
            var id = Guid.NewGuid();
            (await host.AskAsync(Queue, id)).Owner.ShouldBe(id.ToString());
        }

        (await broker.ControlAsync("list_queues", "-p", VirtualHost(host.Address()), "name")).ShouldNotContain("skipped");
    }

    [Fact]
    public async Task Request_WhoseCallerLeaves_TakesNoOneElsesAnswerAway()
    {
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var host = await BusHost.StartAsync(broker, bus => bus.Endpoint(Queue, (_, endpoint) => endpoint.Handler<GetSnapshot>(async request =>
        {
            asked.TrySetResult();
            await answer.Task;
            await request.RespondAsync(new SnapshotAnswer { Owner = request.Message.GenerationId.ToString() });
        })));
        var patient = host.AskAsync(Queue, Generation);
        await asked.Task;

        for (var i = 0; i < 20; i++)
        {
            using var gone = new CancellationTokenSource();
            var impatient = host.AskAsync(Queue, Guid.NewGuid(), cancellationToken: gone.Token);
            await gone.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(impatient);
        }

        answer.SetResult();
        (await patient).Owner.ShouldBe(Generation.ToString());
    }

    [Fact]
    public async Task Requests_WhoseConnectionIsLostAgainAndAgain_AreAnsweredAgain()
    {
        using var answering = await BusHost.StartAsync(broker, bus => bus.Endpoint(Queue, (_, endpoint) =>
            endpoint.Handle<GetSnapshot, SnapshotAnswer>(_ => new SnapshotAnswer())));
        using var asking = await BusHost.StartAsync(broker, requestTimeout: "00:00:05", address: answering.Address());
        using var end = new CancellationTokenSource();
        var answers = 0;
        // As a watcher does: there is always a request waiting when the connection is lost.
        var askers = Task.WhenAll(Enumerable.Range(0, 8).Select(_ => AskOnAsync()));

        for (var round = 0; round < 5; round++)
        {
            (await broker.CloseConnectionsAsync("test", VirtualHost(asking.Address()), " requests\"")).ShouldBePositive();
            var before = Volatile.Read(ref answers);
            await UntilAsync(() => Volatile.Read(ref answers) >= before + 100);
        }

        await end.CancelAsync();
        await askers;

        async Task AskOnAsync()
        {
            while (!end.IsCancellationRequested)
            {
                try
                {
                    await asking.AskAsync(Queue, Generation);
                    Interlocked.Increment(ref answers);
                }
                catch (RequestException)
                {
                    // The caller tries again a moment later.
                    await Task.Delay(20, CancellationToken.None);
                }
            }
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(BusHost.Patience);
        while (!condition())
            await Task.Delay(10, limit.Token);
    }

    private static string VirtualHost(string address) => new Uri(address).AbsolutePath.Trim('/');
}
