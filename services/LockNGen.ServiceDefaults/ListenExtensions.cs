using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace LockNGen.ServiceDefaults;

/// <summary>Where a service listens when nobody says otherwise.</summary>
public static class ListenExtensions
{
    /// <summary>
    /// Listens on this port of the loopback interface, unless <c>ASPNETCORE_URLS</c> or <c>ASPNETCORE_HTTP_PORTS</c> say where:
    /// <c>UseUrls</c> alone would win over both, and containers set the latter.
    /// </summary>
    public static WebApplicationBuilder ListenLocally(this WebApplicationBuilder builder, int port)
    {
        if (string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey]) &&
            string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.HttpPortsKey]))
        {
            builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        }

        return builder;
    }
}
