using System.Net;

namespace LockNGen.Webhooks;

/// <summary>
/// Resolves host names given by strangers. The system's resolver blocks a thread until a name server answers, which a malicious one never does:
/// so these threads are not the pool's, they are few, and no owner gets more than a share of them. Waiting for a place takes no thread.
/// </summary>
/// <param name="resolve">Resolves a host name; by default the system's resolver.</param>
public sealed class NameLookups(Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
{
    /// <summary>Look-ups under way at once.</summary>
    public const int MaxAtOnce = 32;

    /// <summary>Of these, those of one owner; those without an owner count as one owner's.</summary>
    public const int MaxPerOwner = 4;

    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve = resolve ?? ResolveAsync;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, OwnerPlaces> _owners = new(StringComparer.Ordinal);

    // Not disposed: it has no handle, and abandoned look-ups release their places late.
    private SemaphoreSlim Places { get; } = new(MaxAtOnce);

    /// <summary>Resolves a name. An abandoned look-up keeps its place until the resolver gives up.</summary>
    /// <param name="host">The name.</param>
    /// <param name="owner">The owner for whom it is resolved.</param>
    /// <param name="patience">How long to wait, for a place and for the answer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public async Task<IPAddress[]> FindAsync(string host, string owner, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            return await (await BeginAsync(host, owner, limit.Token)).WaitAsync(limit.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The name {host} was not found within {patience.TotalSeconds:0.#} seconds.", e);
        }
    }

    /// <summary>Waits for a place; the task in it is the look-up itself.</summary>
    private async Task<Task<IPAddress[]>> BeginAsync(string host, string owner, CancellationToken cancellationToken)
    {
        var own = Enter(owner);
        try
        {
            await own.Places.WaitAsync(cancellationToken);
        }
        catch
        {
            Leave(owner, own);
            throw;
        }

        try
        {
            await Places.WaitAsync(cancellationToken);
        }
        catch
        {
            own.Places.Release();
            Leave(owner, own);
            throw;
        }

        return LookUpAsync(host, owner, own);
    }

    private async Task<IPAddress[]> LookUpAsync(string host, string owner, OwnerPlaces own)
    {
        try
        {
            return await _resolve(host, CancellationToken.None);
        }
        finally
        {
            Places.Release();
            own.Places.Release();
            Leave(owner, own);
        }
    }

    private OwnerPlaces Enter(string owner)
    {
        lock (_gate)
        {
            if (!_owners.TryGetValue(owner, out var own))
                _owners[owner] = own = new OwnerPlaces();
            own.Users++;
            return own;
        }
    }

    private void Leave(string owner, OwnerPlaces own)
    {
        lock (_gate)
        {
            if (--own.Users == 0)
                _owners.Remove(owner);
        }
    }

    private static Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => Task.Factory.StartNew(
        () => Dns.GetHostAddresses(host), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private sealed class OwnerPlaces
    {
        public SemaphoreSlim Places { get; } = new(MaxPerOwner);

        public int Users { get; set; }
    }
}
