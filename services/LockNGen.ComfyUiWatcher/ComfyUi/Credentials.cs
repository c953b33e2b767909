using LockNGen.ComfyUiWatcher.Options;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>The credentials that a server's login requires with every request, and that therefore no one else may see.</summary>
internal sealed class Credentials(ServerAddress address, ComfyUiAccessOptions options)
{
    /// <summary>Shorter ones are not secrets, and cannot be distinguished from other text.</summary>
    private const int ShortestSecret = 3;
    private const string Mark = "***";

    private readonly string[] _fixed = [.. SecretsOf(address, options).Where(s => s.Length >= ShortestSecret).Distinct().OrderByDescending(s => s.Length)];
    private volatile string[] _read = [];

    public async ValueTask ApplyAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (address.Query is { } query && request.RequestUri is { } uri)
            request.RequestUri = new UriBuilder(uri) { Query = uri.Query.Length > 1 ? $"{uri.Query}&{query}" : query }.Uri;
        if (address.Authorization is { } authorization)
            Set(request, "Authorization", authorization);
        foreach (var (name, value) in options.Headers)
            Set(request, name, await ValueOfAsync(value, cancellationToken));
    }

    public string Mask(string text)
    {
        foreach (var secret in _fixed.Concat(_read))
            text = text.Replace(secret, Mark, StringComparison.Ordinal);
        return text;
    }

    private async ValueTask<string> ValueOfAsync(string value, CancellationToken cancellationToken)
    {
        if (!value.StartsWith(AccessValidation.FilePrefix, StringComparison.Ordinal))
            return value;
        var read = (await File.ReadAllTextAsync(value[AccessValidation.FilePrefix.Length..], cancellationToken)).Trim();
        var secrets = Parts(read).Where(s => s.Length >= ShortestSecret).ToArray();
        if (!secrets.All(_read.Contains))
            _read = [.. _read.Concat(secrets).TakeLast(16).OrderByDescending(s => s.Length)];
        return read;
    }

    private static void Set(HttpRequestMessage request, string name, string value)
    {
        request.Headers.Remove(name);
        request.Headers.TryAddWithoutValidation(name, value);
    }

    private static IEnumerable<string> SecretsOf(ServerAddress address, ComfyUiAccessOptions options)
    {
        IEnumerable<string?> secrets =
        [
            .. options.Headers.Values.Where(v => !v.StartsWith(AccessValidation.FilePrefix, StringComparison.Ordinal)).SelectMany(Parts),
            .. address.Authorization is { } authorization ? Parts(authorization) : [],
            .. (address.Query ?? "").Split('&').Select(p => p[(p.IndexOf('=', StringComparison.Ordinal) + 1)..]).SelectMany(Spellings),
            .. Spellings(address.Password),
        ];
        return secrets.OfType<string>();
    }

    // "Bearer t0k": a page may repeat the token alone.
    private static IEnumerable<string> Parts(string value) => [value, .. value.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1..]];

    private static IEnumerable<string?> Spellings(string? secret) =>
        secret is null ? [] : [secret, Uri.EscapeDataString(secret), Uri.UnescapeDataString(secret)];
}
