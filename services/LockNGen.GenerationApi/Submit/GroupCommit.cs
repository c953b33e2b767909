using System.Data.Common;
using System.Diagnostics;
using System.Threading.Channels;
using LockNGen.GenerationApi.Outbox;
using LockNGen.GenerationApi.Queue;
using LockNGen.GenerationApi.Storage;
using LockNGen.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace LockNGen.GenerationApi.Submit;

/// <summary>
/// Submissions that arrive during a transaction share the next one: one read of the queue and one flush to disk serve them all.
/// Each is accepted or refused on its own.
/// </summary>
internal sealed class GroupCommit(GenerationsDatabase database, EventOutbox outbox, TimeProvider clock) : BackgroundService
{
    private const int MaxWaiting = 1000;
    private const int MaxShared = 128;

    /// <summary>Counting a queue of this length takes the database longer than storing a group, and a few more or less do not matter.</summary>
    private const int LongQueue = 1000;

    /// <summary>How long a long queue is assumed to be unchanged, except for what this process has added.</summary>
    private static readonly TimeSpan LongQueueAge = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Channel<Work> _waiting = Channel.CreateBounded<Work>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private (QueueTail Queue, long ReadAt)? _long;

    /// <summary>Runs the work in a transaction that it may share, and returns what it decided once that is committed.</summary>
    /// <returns>Null when another request with the same Idempotency-Key came first.</returns>
    /// <param name="client">Whose it is. A group is sorted by this, so that two replicas take the clients' locks in the same order.</param>
    /// <param name="work">May run again, after a deadlock or because another's work broke the transaction: it must do nothing but talk to the database.</param>
    public async Task<SubmitResult?> RunAsync(string client, Func<SubmitGroup, Task<SubmitResult?>> work)
    {
        var waiting = new Work(client, work, Activity.Current);
        if (!_waiting.Writer.TryWrite(waiting))
            throw new DatabaseBusyException();
        try
        {
            return await waiting.Decision.Task.WaitAsync(Patience, clock);
        }
        catch (TimeoutException)
        {
            if (waiting.TryStart())
                throw new DatabaseBusyException();
            // It is in a transaction, which ends, sooner or later.
            return await waiting.Decision.Task;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var group = new List<Work>(MaxShared);
        while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
        {
            while (group.Count < MaxShared && _waiting.Reader.TryRead(out var work))
            {
                if (work.TryStart())
                    group.Add(work);
            }

            if (group.Count > 0)
                await CommitAsync([.. group.OrderBy(w => w.Client, StringComparer.Ordinal)]);
            group.Clear();
        }
    }

    private async Task CommitAsync(IReadOnlyList<Work> group)
    {
        try
        {
            var decisions = await database.WriteAsync(session => RunAllAsync(session, group), CancellationToken.None);
            foreach (var (work, decision) in group.Zip(decisions))
                work.Decision.SetResult(decision);
        }
        catch (Exception e) when (group.Count > 1 && MayBeOfOne(e))
        {
            foreach (var work in group)
                await CommitAsync([work]);
        }
        catch (Exception e)
        {
            foreach (var work in group)
                work.Decision.SetException(e);
        }
    }

    private async Task<IReadOnlyList<SubmitResult?>> RunAllAsync(DatabaseSession session, IReadOnlyList<Work> works)
    {
        var (queue, readAt) = _long is { } known && clock.GetElapsedTime(known.ReadAt) < LongQueueAge
            ? known
            : (await QueueTail.ReadAsync(session), clock.GetTimestamp());
        // What is added to it below is in it for good only once it is committed.
        _long = null;
        var group = new SubmitGroup(session, queue);
        var decisions = new List<SubmitResult?>(works.Count);
        foreach (var work in works)
        {
            Activity.Current = work.Activity;
            decisions.Add(await work.Run(group));
        }

        await group.StoreAsync(outbox);
        if (queue.Length >= LongQueue)
            session.AfterCommit(() => _long = (queue, readAt));
        return decisions;
    }

    /// <summary>Errors about the values given (classes 22 and 23); a database that is away is away for all.</summary>
    private static bool MayBeOfOne(Exception e) => e is (not DbException) or SqliteException or PostgresException { SqlState: ['2', '2' or '3', ..] };

    /// <summary>The database does not keep up: answered as if it were away.</summary>
    private sealed class DatabaseBusyException() : DbException("Too many submissions wait to be stored.");

    private sealed record Work(string Client, Func<SubmitGroup, Task<SubmitResult?>> Run, Activity? Activity)
    {
        private int _started;

        public TaskCompletionSource<SubmitResult?> Decision { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool TryStart() => Interlocked.Exchange(ref _started, 1) == 0;
    }
}
