using System.Collections.Concurrent;
using System.Net.WebSockets;
using LockNGen.Contracts;
using LockNGen.RealtimeGateway.Connections;
using LockNGen.RealtimeGateway.Events;
using LockNGen.RealtimeGateway.History;
using LockNGen.RealtimeGateway.Telemetry;
using LockNGen.Web.Authentication;

namespace LockNGen.RealtimeGateway.Fanout;

/// <summary>Adds events to the logs and delivers them to the connections that watch.</summary>
internal sealed partial class ProgressBroadcaster(
    GenerationLogs logs,
    AudienceOfAll everybody,
    SnapshotLookup lookup,
    HoleRepair repair,
    ClientConnections connections,
    GatewayMetrics metrics,
    ILogger<ProgressBroadcaster> logger)
    : IProgressBroadcaster
{
    /// <summary>The most snapshots that a caller watching all gets at first.</summary>
    private const int MaxSnapshots = 1_000;

    private readonly ConcurrentDictionary<WebSocket, ClientConnection> _registered = new();

    /// <summary>Takes an event from the broker.</summary>
    public void Deliver(ServerMessage message, string? owner)
    {
        metrics.Received();
        AppendOutcome outcome;
        do
        {
            outcome = logs.GetOrAdd(message.GenerationId).Append(message, owner, everybody);
        }
        while (outcome == AppendOutcome.Dropped);

        if (outcome == AppendOutcome.Duplicate)
            metrics.Duplicate();
        else if (outcome == AppendOutcome.Lost)
            metrics.Hole(repaired: false);
        else if (outcome == AppendOutcome.Hole)
            repair.Request(message.GenerationId);
    }

    /// <summary>Lets the connection watch a generation, from a cursor or from now. Watching it again restarts from the new cursor.</summary>
    public void Subscribe(ClientConnection connection, Guid generationId, long? after)
    {
        Unsubscribe(connection, generationId);
        connection.Watched.Add(generationId);
        metrics.Subscribed(1);
        LogSubscribed(connection.Id, generationId, after);
        Join(connection, generationId, after);
    }

    /// <summary>Lets a new connection watch the generations in its query; all, if it names none.</summary>
    public void Subscribe(ClientConnection connection, IReadOnlyList<(Guid GenerationId, long? After)> generations)
    {
        foreach (var (generationId, after) in generations)
            Subscribe(connection, generationId, after);
        if (generations.Count == 0)
            SubscribeToAll(connection);
    }

    public void Unsubscribe(ClientConnection connection, Guid generationId)
    {
        if (!connection.Watched.Remove(generationId))
            return;
        metrics.Subscribed(-1);
        LogUnsubscribed(connection.Id, generationId);
        Leave(connection, generationId);
    }

    /// <summary>Lets any subscriber watch a generation.</summary>
    public void Join(Subscriber subscriber, Guid generationId, long? after)
    {
        GenerationLog log;
        JoinOutcome outcome;
        do
        {
            log = logs.GetOrAdd(generationId);
            outcome = log.Join(subscriber, after);
        }
        while (outcome == JoinOutcome.Dropped);

        if (outcome == JoinOutcome.AskForSnapshot)
            lookup.Ask(log);
    }

    public void Leave(Subscriber subscriber, Guid generationId)
    {
        if (logs.TryGet(generationId, out var log))
            log.Leave(subscriber);
    }

    /// <summary>Lets the connection watch all generations that its caller lists: first what is known now, then all events.</summary>
    public void SubscribeToAll(ClientConnection connection)
    {
        if (!connection.Watched.AddAll())
            return;
        everybody.Add(connection);
        metrics.Subscribed(1);
        LogSubscribedToAll(connection.Id);
        var listed = logs.All.Where(l => l.LastSequence > 0 && connection.Caller.Lists(l.Owner) && !connection.Watches(l.GenerationId)).ToList();
        foreach (var log in listed.Where(l => connection.WantsProgress && !l.HasEnded))
            logs.Wanted.Want(log.GenerationId);
        foreach (var log in listed.OrderByDescending(l => l.LastActivity).Take(MaxSnapshots))
        {
            if (log.SnapshotIfKnown() is { } snapshot)
                connection.Offer(snapshot);
        }
    }

    public void UnsubscribeFromAll(ClientConnection connection)
    {
        if (!connection.Watched.RemoveAll())
            return;
        everybody.Remove(connection);
        metrics.Subscribed(-1);
    }

    /// <summary>Ends all of the connection's subscriptions.</summary>
    public void Leave(ClientConnection connection)
    {
        UnsubscribeFromAll(connection);
        foreach (var generationId in connection.Watched.Ids())
            Unsubscribe(connection, generationId);
    }

    /// <inheritdoc/>
    public Task BroadcastAsync(ProgressMessage message, CancellationToken cancellationToken = default)
    {
        var log = logs.GetOrAdd(message.GenerationId);
        var framed = Framed(message);
        log.PassOn(framed);
        everybody.Offer(log, framed);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task BroadcastToGenerationAsync(Guid generationId, ProgressMessage message, CancellationToken cancellationToken = default)
    {
        logs.GetOrAdd(generationId).PassOn(Framed(message));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void RegisterClient(WebSocket socket, Guid? filterGenerationId = null)
    {
        UnregisterClient(socket);
        var connection = connections.Create(
            new Caller { IsAdmin = true }, new RegisteredSocketTransport(socket), new ClientView(logs), answersPings: false);
        _registered[socket] = connection;
        if (filterGenerationId is { } generationId)
            Subscribe(connection, generationId, after: null);
        else
            SubscribeToAll(connection);
    }

    /// <inheritdoc/>
    public void UnregisterClient(WebSocket socket)
    {
        if (!_registered.TryRemove(socket, out var connection))
            return;
        Leave(connection);
        connections.Remove(connection);
        connection.Detach();
    }

    private static ServerMessage Framed(ProgressMessage message) =>
        ServerMessage.Control(message.Type, message, ContractsJson.Default.ProgressMessage);

    [LoggerMessage(LogLevel.Debug, "{Connection} watches {GenerationId} after {After}")]
    private partial void LogSubscribed(string connection, Guid generationId, long? after);

    [LoggerMessage(LogLevel.Debug, "{Connection} watches all that its caller may see")]
    private partial void LogSubscribedToAll(string connection);

    [LoggerMessage(LogLevel.Debug, "{Connection} no longer watches {GenerationId}")]
    private partial void LogUnsubscribed(string connection, Guid generationId);
}
