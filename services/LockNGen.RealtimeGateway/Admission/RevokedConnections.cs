using LockNGen.RealtimeGateway.Connections;
using LockNGen.Web.Authentication;

namespace LockNGen.RealtimeGateway.Admission;

/// <summary>Ends the connections of revoked tokens.</summary>
internal sealed class RevokedConnections(RevocationList revocations, ClientConnections connections) : RevocationWatch(revocations)
{
    protected override void EndRevoked(RevocationList revocations)
    {
        foreach (var connection in connections.Open)
        {
            if (revocations.IsRevoked(connection.Caller))
                connection.Close(CloseCode.NotAllowed, "the token was revoked");
        }
    }
}
