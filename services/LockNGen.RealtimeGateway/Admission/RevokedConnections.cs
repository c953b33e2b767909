using LockNGen.RealtimeGateway.Connections;
using LockNGen.Web.Authentication;

namespace LockNGen.RealtimeGateway.Admission;

/// <summary>Ends the connections of revoked tokens.</summary>
internal sealed class RevokedConnections(RevocationList revocations, ClientConnections connections) : IHostedService
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
        foreach (var connection in connections.Open)
        {
            if (revocations.IsRevoked(connection.Caller))
                connection.Close(CloseCode.NotAllowed, "the token was revoked");
        }
    }
}
