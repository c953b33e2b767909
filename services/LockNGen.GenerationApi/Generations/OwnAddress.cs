using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace LockNGen.GenerationApi.Generations;

/// <summary>Where a service on this machine can be reached: what it really listens on, not its default.</summary>
internal static class OwnAddress
{
    /// <summary>The address for others on this machine.</summary>
    /// <exception cref="InvalidOperationException">It is not listening yet.</exception>
    public static string Of(IServer server)
    {
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses.Select(BindingAddress.Parse).Where(a => !a.IsUnixPipe && !a.IsNamedPipe).ToList() ?? [];
        // Plain HTTP first: a certificate is seldom made out to an address of the loopback interface.
        var own = addresses.Find(a => a.Scheme == Uri.UriSchemeHttp) ?? addresses.FirstOrDefault()
            ?? throw new InvalidOperationException("This service listens on no address yet; set GenerationApi__InternalUrl if it never will.");
        return $"{own.Scheme}://{Reachable(own.Host)}:{own.Port}{own.PathBase}";
    }

    /// <summary>Wildcards (<c>*</c>, <c>+</c>, 0.0.0.0, ::) are not addresses to connect to.</summary>
    private static string Reachable(string host) =>
        host is "*" or "+" || (IPAddress.TryParse(host, out var address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
            ? "127.0.0.1"
            : host;
}
