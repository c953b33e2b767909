using LockNGen.Storage;

namespace LockNGen.WebhookNotifier.Registrations;

/// <summary>The rows that hold a destination's circuit breaker.</summary>
internal static class Destinations
{
    /// <summary>
    /// Within a transaction that puts something in a destination's queue: makes sure that its row is there and stays. Writing the row,
    /// instead of only looking, is what keeps the sweeper of another replica from deleting it meanwhile.
    /// </summary>
    public static Task<int> TouchAsync(DatabaseSession session, string destination) => session.ExecuteAsync(
        """
        INSERT INTO webhook_destinations (destination, owner, touched_at) VALUES (@destination, @owner, @Now)
        ON CONFLICT (destination) DO UPDATE SET touched_at = excluded.touched_at
        """,
        new { destination, owner = OwnerOf(destination), session.Now });

    // As Webhook.Destination makes them: a server has no blank in it.
    private static string OwnerOf(string destination) => destination[(destination.IndexOf(' ', StringComparison.Ordinal) + 1)..];
}
