using Microsoft.Extensions.DependencyInjection;

namespace LockNGen.Hosting;

/// <summary>How services call each other over HTTP.</summary>
public static class HttpClientExtensions
{
    /// <summary>For calls of one service of ours to another: HTTP_PROXY in the environment is for what is outside.</summary>
    public static IHttpClientBuilder WithoutProxy(this IHttpClientBuilder client) => client.UseSocketsHttpHandler((handler, _) => handler.UseProxy = false);
}
