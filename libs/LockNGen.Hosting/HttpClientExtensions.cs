using Microsoft.Extensions.DependencyInjection;

namespace LockNGen.Hosting;

/// <summary>How services call each other over HTTP.</summary>
public static class HttpClientExtensions
{
    /// <summary>For calls between our own services: HTTP_PROXY in the environment applies only to calls outside.</summary>
    public static IHttpClientBuilder WithoutProxy(this IHttpClientBuilder client) => client.UseSocketsHttpHandler((handler, _) => handler.UseProxy = false);
}
