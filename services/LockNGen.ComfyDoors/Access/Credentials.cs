using System.Diagnostics;
using System.Text;
using LockNGen.Web.Authentication;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyDoors.Access;

/// <summary>
/// Converts the various ways in which programs made for one ComfyUI can send a token into the one that is checked. While authentication is
/// off, all are ignored: some programs always send an empty one.
/// </summary>
internal sealed class Credentials(RequestDelegate next, IOptions<AuthOptions> auth)
{
    private const string Prefix = "/u/";
    private const string Basic = "Basic ";
    private static readonly object Key = new();

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        var inPath = TakeFromPath(request);
        if (!auth.Value.IsOn)
        {
            request.Headers.Remove("Authorization");
            return next(context);
        }

        var token = BearerOf(request) ?? PasswordOf(request) ?? NonEmpty(request.Headers["X-API-Key"].ToString()) ?? NonEmpty(request.Query["token"].ToString()) ?? inPath;
        if (token is not null)
        {
            request.Headers.Authorization = "Bearer " + token;
            context.Items[Key] = token;
        }

        return next(context);
    }

    /// <summary>The token of a request.</summary>
    public static string? TokenOf(HttpContext context) => context.Items[Key] as string;

    /// <summary><c>/u/{token}/prompt</c> is <c>/prompt</c>; traces and logs only see the latter.</summary>
    private static string? TakeFromPath(HttpRequest request)
    {
        if (request.Path.Value is not { } path || !path.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        var end = path.IndexOf('/', Prefix.Length);
        var token = end < 0 ? path[Prefix.Length..] : path[Prefix.Length..end];
        if (token.Length == 0)
            return null;
        request.PathBase = request.PathBase.Add(new PathString(Prefix + token));
        request.Path = end < 0 ? "/" : path[end..];
        Activity.Current?.SetTag("url.path", request.Path.Value);
        return token;
    }

    private static string? BearerOf(HttpRequest request)
    {
        const string bearer = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(bearer, StringComparison.OrdinalIgnoreCase) ? NonEmpty(header[bearer.Length..].Trim()) : null;
    }

    /// <summary>The password is the token; the user name can be anything.</summary>
    private static string? PasswordOf(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(Basic, StringComparison.OrdinalIgnoreCase))
            return null;
        Span<byte> bytes = stackalloc byte[4_096];
        if (!Convert.TryFromBase64String(header[Basic.Length..].Trim(), bytes, out var length))
            return null;
        var pair = Encoding.UTF8.GetString(bytes[..length]);
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : NonEmpty(pair[(colon + 1)..]);
    }

    private static string? NonEmpty(string text) => text.Length == 0 ? null : text;
}
