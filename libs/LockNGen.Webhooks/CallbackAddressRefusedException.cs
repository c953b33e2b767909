namespace LockNGen.Webhooks;

/// <summary>A callback would have connected to a private, loopback or link-local address.</summary>
public sealed class CallbackAddressRefusedException(string message) : IOException(message);
