namespace LockNGen.Webhooks;

/// <summary>The addresses that clients may have called. Section <c>Webhooks</c>, the same in the API and in the notifier.</summary>
public sealed class CallbackAddressOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Webhooks";

    /// <summary>
    /// Whether webhooks may point into this network: private, loopback and link-local addresses. Default false: otherwise anyone who can register a
    /// webhook could make this service call what only it can reach.
    /// </summary>
    public bool AllowPrivateAddresses { get; set; }
}
