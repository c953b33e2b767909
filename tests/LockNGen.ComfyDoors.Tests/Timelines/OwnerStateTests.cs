using LockNGen.ComfyDoors.Sockets;
using LockNGen.ComfyDoors.Timelines;

namespace LockNGen.ComfyDoors.Tests.Timelines;

public sealed class OwnerStateTests : IDisposable
{
    private const int Clients = 50;

    private readonly FarmStub _farm = new();
    private readonly List<DoorSocket> _sockets = [];

    /// <summary>When a door or its network is back, all clients connect at once, each with its own id.</summary>
    [Fact]
    public async Task ClientsThatComeAtOnce_AskTheFarmTogether()
    {
        var answer = new TaskCompletionSource();
        _farm.Answering = answer.Task;
        var owner = _farm.OwnerStates.Of(_farm.Caller);
        var clients = Enumerable.Range(0, Clients).Select(i => AttachAsync(owner, $"client {i}")).ToList();
        answer.SetResult();
        await Task.WhenAll(clients);

        // Active and ended prompts: once for the first client, and once for all others.
        _farm.Requests.ShouldBe(4);
    }

    public void Dispose()
    {
        foreach (var socket in _sockets)
            socket.End();
        _farm.OwnerStates.Dispose();
        _farm.Dispose();
    }

    private Task<ClientSession> AttachAsync(OwnerState owner, string clientId)
    {
        var socket = new DoorSocket(null!, _farm.Caller, null!, 1 << 20);
        _sockets.Add(socket);
        return owner.AttachAsync(socket, clientId, isInterleaved: false, TestContext.Current.CancellationToken);
    }
}
