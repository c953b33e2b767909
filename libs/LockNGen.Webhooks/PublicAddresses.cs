using System.Net;
using System.Net.Sockets;

namespace LockNGen.Webhooks;

/// <summary>
/// Distinguishes addresses on the public internet from those with only a local meaning, which a stranger's URL must not make us call. The
/// networks are those that IANA's special-purpose registries (RFC 6890) do not mark as globally reachable.
/// </summary>
public static class PublicAddresses
{
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
            "::/96", "::ffff:0:0:0/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/9", "ff00::/8",
        }.Select(text => IPNetwork.Parse(text)),
    ];

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    /// <summary>Whether the address is reachable from everywhere and means the same host everywhere.</summary>
    public static bool Contains(IPAddress address)
    {
        var target = Embedded(address);
        return !Special.Any(network => network.BaseAddress.AddressFamily == target.AddressFamily && network.Contains(target));
    }

    /// <summary>An IPv6 address that routers translate to IPv4 is as private as the IPv4 address it contains.</summary>
    private static IPAddress Embedded(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        if (Nat64.Contains(address))
            return new IPAddress(bytes.AsSpan(12, 4));
        return SixToFour.Contains(address) ? new IPAddress(bytes.AsSpan(2, 4)) : address;
    }
}
