using System.Net;
using System.Net.Sockets;

namespace LockNGen.Web.Authentication;

/// <summary>
/// What limits apply to when callers are anonymous: an IPv4 address, or the /64 of an IPv6 address, which is the smallest network that
/// one customer gets. An IPv4-mapped IPv6 address is an IPv4 address.
/// </summary>
public static class ClientNetwork
{
    private const int Ipv6Prefix = 64;

    /// <summary>The network as text.</summary>
    public static string Of(IPAddress? address)
    {
        if (address is null)
            return "unknown";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address.ToString();
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(Ipv6Prefix / 8).Clear();
        return $"{new IPAddress(bytes)}/{Ipv6Prefix}";
    }
}
