using Microsoft.Extensions.Primitives;

namespace LockNGen.RealtimeGateway.WebSockets;

/// <summary>Negotiates permessage-deflate (RFC 7692) without context takeover on either side.</summary>
internal static class DeflateOffer
{
    public const string Answer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

    /// <summary>Whether one of the client's offers can be accepted: a window smaller than ours cannot.</summary>
    public static bool IsAcceptable(StringValues extensions)
    {
        foreach (var offer in extensions.SelectMany(e => (e ?? "").Split(',')))
        {
            var parts = offer.Split(';', StringSplitOptions.TrimEntries);
            if (parts[0] == "permessage-deflate" && parts.Skip(1).All(IsKnown))
                return true;
        }

        return false;
    }

    private static bool IsKnown(string parameter) =>
        parameter is "server_no_context_takeover" or "client_no_context_takeover" or "client_max_window_bits" or "server_max_window_bits=15"
        || parameter.StartsWith("client_max_window_bits=", StringComparison.Ordinal);
}
