using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace LockNGen.Web.Authentication;

/// <summary>Configures ASP.NET Core's forwarded headers from <see cref="ProxyOptions"/>.</summary>
internal sealed class TrustedProxies(IOptions<ProxyOptions> proxies) : IConfigureOptions<ForwardedHeadersOptions>
{
    public void Configure(ForwardedHeadersOptions options)
    {
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var text in proxies.Value.Trusted)
        {
            if (ProxyOptions.TryParse(text, out var network))
                options.KnownIPNetworks.Add(network);
        }

        // With empty lists the middleware would trust everyone.
        options.ForwardedHeaders = options.KnownIPNetworks.Count == 0 ? ForwardedHeaders.None : ForwardedHeaders.All;
        options.ForwardLimit = null;
    }

    /// <summary>Puts the middleware first: everything after it sees the real address.</summary>
    internal sealed class Filter : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.UseForwardedHeaders();
            next(app);
        };
    }
}
