using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace LockNGen.Hosting;

/// <summary>Where a service listens by default.</summary>
public static class ListenExtensions
{
    /// <summary>
    /// Listens on this port of the loopback interface, unless <c>ASPNETCORE_URLS</c> or <c>ASPNETCORE_HTTP_PORTS</c> is set:
    /// <c>UseUrls</c> alone would win over both, and containers set the latter.
    /// </summary>
    public static WebApplicationBuilder ListenLocally(this WebApplicationBuilder builder, int port)
    {
        if (string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey]) &&
            string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.HttpPortsKey]))
        {
            builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        }

        if (ListensOnLoopbackOnly(builder.Configuration))
            AllowLoopbackNames(builder.Configuration);
        return builder;
    }

    /// <summary>
    /// Any other host name is an attack: a page whose owner lets its name resolve to 127.0.0.1 would count as ours (DNS rebinding).
    /// The source of lowest precedence, so that a proxy on this machine only needs <c>AllowedHosts</c>.
    /// </summary>
    private static void AllowLoopbackNames(ConfigurationManager configuration) => ((IConfigurationBuilder)configuration).Sources.Insert(
        0, new MemoryConfigurationSource { InitialData = new Dictionary<string, string?> { ["AllowedHosts"] = "localhost;127.0.0.1;[::1]" } });

    private static bool ListensOnLoopbackOnly(ConfigurationManager configuration) =>
        !configuration.GetSection("Kestrel:Endpoints").Exists()
        && configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } urls
        && urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).All(IsLoopback);

    /// <summary>Not every address is a URI: <c>http://*:80</c> and <c>http://+:80</c> are all interfaces.</summary>
    private static bool IsLoopback(string url) =>
        BindingAddress.Parse(url).Host is var host
        && (host == "localhost" || (System.Net.IPAddress.TryParse(host, out var address) && System.Net.IPAddress.IsLoopback(address)));
}
