using Microsoft.Extensions.Hosting;

namespace LockNGen.Web.Authentication;

/// <summary>Ends the connections of a service whose tokens have been revoked, as soon as a revocation is known.</summary>
public abstract class RevocationWatch(RevocationList revocations) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        revocations.Changed += End;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        revocations.Changed -= End;
        return Task.CompletedTask;
    }

    /// <summary>Ends every open connection whose token is on the list.</summary>
    protected abstract void EndRevoked(RevocationList revocations);

    private void End(object? sender, EventArgs e) => EndRevoked(revocations);
}
