using System.Threading.Channels;
using LockNGen.Contracts;

namespace LockNGen.RealtimeGateway.History;

/// <summary>
/// The partitions whose progress this replica wants: those of running generations that are watched here, or were requested a moment ago.
/// Each is wanted for a limited time, not until it is released, so there is nothing to count, and nothing can leak.
/// </summary>
internal sealed class WantedPartitions(TimeProvider clock)
{
    /// <summary>Polls, and clients that come and go, should not create and remove a binding each time.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(1);

    private const long Never = 0;

    private readonly long[] _wantedAt = new long[ProgressPartitions.Count];

    // Capacity 1: the reader looks at all partitions anyway.
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Wants the progress of a generation from now on.</summary>
    /// <returns>Whether its partition was not wanted before, so that none of its progress can be here yet.</returns>
    public bool Want(Guid generationId)
    {
        if (Interlocked.Exchange(ref _wantedAt[ProgressPartitions.IndexOf(generationId)], clock.GetTimestamp()) != Never)
            return false;
        _news.Writer.TryWrite(true);
        return true;
    }

    /// <summary>Whether a partition is wanted; this expires unless it is renewed.</summary>
    public bool IsWanted(int partition)
    {
        var at = Volatile.Read(ref _wantedAt[partition]);
        return at != Never
            && (clock.GetElapsedTime(at) < KeptFor || Interlocked.CompareExchange(ref _wantedAt[partition], Never, at) != at);
    }

    /// <summary>Whether <see cref="NewsAsync"/> would complete at once.</summary>
    public bool HasNews => _news.Reader.Count > 0;

    /// <summary>Completes when a partition becomes wanted.</summary>
    public async Task NewsAsync(CancellationToken cancellationToken) => await _news.Reader.ReadAsync(cancellationToken);
}
