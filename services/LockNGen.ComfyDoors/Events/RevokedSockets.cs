using LockNGen.ComfyDoors.Timelines;
using LockNGen.Web.Authentication;

namespace LockNGen.ComfyDoors.Events;

/// <summary>Ends the sockets of revoked tokens.</summary>
internal sealed class RevokedSockets(RevocationList revocations, OwnerStates owners) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        revocations.Changed += End;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        revocations.Changed -= End;
        return Task.CompletedTask;
    }

    private void End(object? sender, EventArgs e)
    {
        foreach (var owner in owners.All)
            owner.EndRevoked(revocations);
    }
}
