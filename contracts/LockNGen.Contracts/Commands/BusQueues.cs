namespace LockNGen.Contracts;

/// <summary>Names of the queues that commands are sent to.</summary>
public static class BusQueues
{
    /// <summary>
    /// Requests to the GenerationApi, shared by its replicas: <see cref="ClaimGeneration"/>, <see cref="ReportOutcome"/>,
    /// <see cref="ReportOtherPrompt"/>, <see cref="GetSnapshot"/>, <see cref="IssueTicket"/>, <see cref="RedeemTicket"/>, <see cref="GetRevocations"/>, and <see cref="InstanceCatalog"/>.
    /// </summary>
    public const string GenerationApi = "generation-api";

    /// <summary>
    /// <see cref="WatcherHeartbeat"/> alone, so that a slow command never costs a watcher its leases.
    /// </summary>
    public const string Heartbeats = "generation-api-heartbeats";

    /// <summary>
    /// The WebhookNotifier's: <see cref="RegisterWebhook"/>, and bound to the exchanges of the events that it delivers.
    /// </summary>
    public const string WebhookNotifier = "webhook-notifier";

    /// <summary>
    /// The queue of one watcher process: <see cref="SubmitGeneration"/> and <see cref="CancelGeneration"/>. It expires with the watcher.
    /// </summary>
    public static string Watcher(string watcher) => "watcher-" + watcher;
}
