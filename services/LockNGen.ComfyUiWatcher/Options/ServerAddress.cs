using System.Text;

namespace LockNGen.ComfyUiWatcher.Options;

/// <summary>A server's address, with its secrets separated from the part that may be shown.</summary>
/// <param name="Server">For HTTP calls, with a slash at the end; neither user nor query.</param>
/// <param name="Query">Goes with every request, for example <c>token=...</c>; null for none.</param>
/// <param name="User">The user of basic authentication; null for none.</param>
/// <param name="Password">Of that user.</param>
internal sealed record ServerAddress(Uri Server, string? Query, string? User, string? Password)
{
    public const string EnvironmentProxy = "environment";
    private const string SocketPath = "/ws";
    private const string SocketParameter = "clientId=";

    /// <summary>The value of an <c>Authorization</c> header; null without a user.</summary>
    public string? Authorization => User is null ? null : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));

    /// <summary>Parses an HTTP or WebSocket address; null if it is not one.</summary>
    public static ServerAddress? Parse(string address)
    {
        if (!Uri.TryCreate(address.Trim(), UriKind.Absolute, out var url) || url.Host.Length == 0)
            return null;
        var scheme = url.Scheme switch { "ws" or "http" => Uri.UriSchemeHttp, "wss" or "https" => Uri.UriSchemeHttps, _ => null };
        if (scheme is null)
            return null;
        var path = url.AbsolutePath.TrimEnd('/');
        if (path.EndsWith(SocketPath, StringComparison.Ordinal))
            path = path[..^SocketPath.Length];
        var query = string.Join('&', url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Where(p => !p.StartsWith(SocketParameter, StringComparison.OrdinalIgnoreCase)));
        var user = url.UserInfo.Split(':', 2);
        return new ServerAddress(
            new UriBuilder(scheme, url.Host, url.Port, path + "/").Uri,
            query.Length > 0 ? query : null,
            url.UserInfo.Length > 0 ? Uri.UnescapeDataString(user[0]) : null,
            user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null);
    }

    /// <summary>An address as it may be shown, even if it is not valid.</summary>
    public static string WithoutSecrets(string address)
    {
        var shown = address.Split('?', 2)[0];
        var at = shown.LastIndexOf('@');
        if (at < 0)
            return shown;
        var start = shown.IndexOf("://", StringComparison.Ordinal);
        return string.Concat(start < 0 ? "" : shown.AsSpan(0, start + 3), "***", shown.AsSpan(at));
    }
}
