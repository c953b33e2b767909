using System.Net;
using Microsoft.Extensions.Options;

namespace LockNGen.Web.Authentication;

/// <summary>Which proxies are trusted to report the client's address. Section <c>Proxies</c>.</summary>
public sealed class ProxyOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Proxies";

    /// <summary>
    /// Networks (<c>10.0.0.0/8</c>) or addresses whose <c>X-Forwarded-For</c>, <c>-Proto</c> and <c>-Host</c> are trusted. Default: none, so
    /// that no one can choose the address to which limits apply.
    /// </summary>
    public IList<string> Trusted { get; init; } = [];

    internal static bool TryParse(string text, out IPNetwork network)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
            return true;
        }

        return IPNetwork.TryParse(text, out network);
    }
}

internal sealed class ProxyOptionsValidator : IValidateOptions<ProxyOptions>
{
    public ValidateOptionsResult Validate(string? name, ProxyOptions options)
    {
        var bad = options.Trusted.Where(t => !ProxyOptions.TryParse(t, out _)).ToList();
        return bad.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Proxies:Trusted has {string.Join(", ", bad)}: give addresses or networks such as 10.0.0.0/8.");
    }
}
