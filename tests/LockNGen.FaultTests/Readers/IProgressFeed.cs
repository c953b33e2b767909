using LockNGen.FaultTests.Rig;

namespace LockNGen.FaultTests.Readers;

/// <summary>One way to follow progress.</summary>
internal interface IProgressFeed
{
    /// <summary>
    /// Reads over one connection until the server ends it, the token is cancelled or anything breaks; silence beyond the promised heartbeat is
    /// a break.
    /// </summary>
    /// <param name="gateway">Where.</param>
    /// <param name="generation">What; null for everything.</param>
    /// <param name="after">The last sequence seen; 0 for the beginning, null for a snapshot.</param>
    /// <param name="cancellationToken">Drops the connection, as a bad network does.</param>
    IAsyncEnumerable<Frame> ReadAsync(Link gateway, Guid? generation, long? after, CancellationToken cancellationToken);
}
