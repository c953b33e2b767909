using System.Threading.Channels;
using LockNGen.Contracts;

namespace LockNGen.RealtimeGateway.History;

/// <summary>
/// Of which partitions this replica wants the progress: those of running generations that somebody here watches, or has asked for a moment ago.
/// Each is wanted for a while and not until somebody says otherwise, so nothing has to be counted, and nothing can be left behind.
/// </summary>
internal sealed class WantedPartitions(TimeProvider clock)
{
    /// <summary>Clients that come and go, and polls, should not make and remove a binding each time.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(1);

    private const long Never = 0;

    private readonly long[] _wantedAt = new long[ProgressPartitions.Count];

    // A single place: whoever is told looks at all partitions.
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Wants the progress of a generation from now on.</summary>
    /// <returns>Whether its partition was not wanted before, so that nothing of it can be here yet.</returns>
    public bool Want(Guid generationId)
    {
        if (Interlocked.Exchange(ref _wantedAt[ProgressPartitions.IndexOf(generationId)], clock.GetTimestamp()) != Never)
            return false;
        _news.Writer.TryWrite(true);
        return true;
    }

    /// <summary>Whether a partition is wanted; one that has not been for long is so no more, until somebody wants it again.</summary>
    public bool IsWanted(int partition)
    {
        var at = Volatile.Read(ref _wantedAt[partition]);
        return at != Never
            && (clock.GetElapsedTime(at) < KeptFor || Interlocked.CompareExchange(ref _wantedAt[partition], Never, at) != at);
    }

    /// <summary>Whether <see cref="NewsAsync"/> would complete at once.</summary>
    public bool HasNews => _news.Reader.Count > 0;

    /// <summary>Completes when a partition is wanted that was not.</summary>
    public async Task NewsAsync(CancellationToken cancellationToken) => await _news.Reader.ReadAsync(cancellationToken);
}
