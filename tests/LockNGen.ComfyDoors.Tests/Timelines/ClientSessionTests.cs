using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Sockets;
using LockNGen.ComfyDoors.Timelines;

namespace LockNGen.ComfyDoors.Tests.Timelines;

/// <summary>One timeline at a time per client id, no matter what runs concurrently.</summary>
public sealed class ClientSessionTests : IDisposable
{
    private static readonly Guid A = Guid.Parse("a0000000-0000-4000-8000-000000000001");
    private static readonly Guid B = Guid.Parse("b0000000-0000-4000-8000-000000000001");

    private readonly List<DoorSocket> _connections = [];
    private readonly Events _a = new(A);
    private readonly Events _b = new(B);

    [Fact]
    public async Task TwoPromptsAtOnce_AreSentOneAfterTheOther()
    {
        var session = Session();
        using var socket = Attach(session, out _);
        Expect(session, A, B);

        session.Apply(A, s => s.Take(_a.Started()));
        session.Apply(B, s => s.Take(_b.Started()));
        session.Apply(B, s => s.Take(_b.Completed(Events.File(1))));
        session.Apply(A, s => s.Take(_a.Completed(Events.File(1))));

        (await socket.NextAsync(11)).ShouldBe(
        [
            "status 0", "execution_start a", "execution_cached a", "executed a", "execution_success a", "executing a end",
            "execution_start b", "execution_cached b", "executed b", "execution_success b", "executing b end",
        ]);
    }

    [Fact]
    public async Task TwoPromptsAtOnce_ForAClientThatAskedForIt_AreSentInterleaved()
    {
        var session = Session(isInterleaved: true);
        using var socket = Attach(session, out _);
        Expect(session, A, B);

        session.Apply(A, s => s.Take(_a.Started()));
        session.Apply(B, s => s.Take(_b.Started()));

        (await socket.NextAsync(3)).ShouldBe(["status 0", "execution_start a", "execution_start b"]);
    }

    [Fact]
    public async Task PromptWhoseSubmissionIsNotAnswered_IsNotSentYet()
    {
        var session = Session();
        using var socket = Attach(session, out _);
        session.Expect(A, isHeld: true);
        session.Apply(A, s => s.Take(_a.Started()));
        await socket.NextAsync(1);
        socket.Waiting.ShouldBe(0);

        session.Release(A);

        (await socket.NextAsync(1)).ShouldBe(["execution_start a"]);
    }

    [Fact]
    public async Task SocketThatComesLate_IsSentEverythingFromTheStart()
    {
        var session = Session();
        Expect(session, A);
        session.Apply(A, s => s.Take(_a.Started()));
        session.Apply(A, s => s.Take(_a.Completed(Events.File(1))));

        using var socket = Attach(session, out _);

        (await socket.NextAsync(6)).ShouldBe(["status 0", "execution_start a", "execution_cached a", "executed a", "execution_success a", "executing a end"]);
    }

    [Fact]
    public async Task ConnectionThatBroke_GetsTheStateAndTheRest()
    {
        var session = Session();
        Expect(session, A);
        using var first = Attach(session, out var broken);
        session.Apply(A, s => s.Take(_a.Started()));
        session.Apply(A, s => s.Take(_a.Node("3")));
        session.Detach(broken);

        using var second = Attach(session, out _);
        (await second.NextAsync(2)).ShouldBe(["status 0", "executing a"]);
        session.Apply(A, s => s.Take(_a.Completed(Events.File(1))));

        (await second.NextAsync(4)).ShouldBe(["executed a", "progress_state a", "execution_success a", "executing a end"]);
    }

    [Fact]
    public async Task EndWrittenIntoABrokenConnection_IsSentAgain()
    {
        var session = Session();
        Expect(session, A);
        using var first = Attach(session, out var broken);
        session.Apply(A, s => s.Take(_a.Started()));
        session.Apply(A, s => s.Take(_a.Completed(Events.File(1))));
        session.Detach(broken);

        using var second = Attach(session, out _);

        (await second.NextAsync(4)).ShouldBe(["status 0", "executed a", "execution_success a", "executing a end"]);
    }

    [Fact]
    public async Task SeveralSocketsOfOneClient_AllGetEverything()
    {
        var session = Session();
        using var first = Attach(session, out _);
        using var second = Attach(session, out _);
        Expect(session, A);
        session.Apply(A, s => s.Take(_a.Started()));

        (await first.NextAsync(2)).ShouldBe(["status 0", "execution_start a"]);
        (await second.NextAsync(2)).ShouldBe(["status 0", "execution_start a"]);
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
            connection.End();
    }

    private static ClientSession Session(bool isInterleaved = false) => new("client", isInterleaved, TimeProvider.System);

    private static void Expect(ClientSession session, params Guid[] ids)
    {
        foreach (var id in ids)
            session.Expect(id, isHeld: false);
    }

    private RecordedSocket Attach(ClientSession session, out DoorSocket connection)
    {
        var socket = new RecordedSocket();
        connection = new DoorSocket(socket, new DoorCaller { Owner = "" }, null!, 1 << 20);
        _connections.Add(connection);
        session.Join(connection);
        session.Welcome(connection, 0);
        _ = connection.WriteAsync();
        return socket;
    }
}
