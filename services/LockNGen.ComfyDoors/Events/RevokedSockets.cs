using LockNGen.ComfyDoors.Timelines;
using LockNGen.Web.Authentication;

namespace LockNGen.ComfyDoors.Events;

/// <summary>Closes the sockets of revoked tokens.</summary>
internal sealed class RevokedSockets(RevocationList revocations, OwnerStates owners) : RevocationWatch(revocations)
{
    protected override void EndRevoked(RevocationList revocations)
    {
        foreach (var owner in owners.All)
            owner.EndRevoked(revocations);
    }
}
