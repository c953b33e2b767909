namespace LockNGen.Webhooks;

/// <summary>Which addresses clients may have called back. Section <c>Webhooks</c>, the same in the API and in the notifier.</summary>
public sealed class CallbackAddressOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Webhooks";

    /// <summary>
    /// Whether webhooks may point into this network: private, loopback and link-local addresses. Default false: whoever can register a
    /// webhook could otherwise make this service call what only it can reach.
    /// </summary>
    public bool AllowPrivateAddresses { get; set; }
}
