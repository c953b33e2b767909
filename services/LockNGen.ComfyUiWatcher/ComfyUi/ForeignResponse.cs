using System.Net.Http.Headers;
using System.Net.Mime;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>Distinguishes answers of ComfyUI from those of a login or proxy in front of it, and describes the latter.</summary>
internal static class ForeignResponse
{
    private const string OwnError = "500 Internal Server Error";
    private static readonly string[] LoginWords = ["log in", "login", "sign in", "signin", "password", "authenticat", "unauthori", "sso", "oauth"];

    /// <summary>Whether an unsuccessful answer is not ComfyUI's.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="beginning">Of its body.</param>
    /// <param name="exists">Whether every ComfyUI has what was requested: then even "not found" is not its own.</param>
    public static bool IsForeign(HttpResponseMessage response, string beginning, bool exists) => (int)response.StatusCode switch
    {
        413 => false,
        // aiohttp's own words; a proxy's 500 is a page of its own.
        500 => !beginning.StartsWith(OwnError, StringComparison.Ordinal),
        < 400 or > 500 or 401 or 402 or 403 or 407 or 429 => true,
        _ => exists,
    };

    /// <summary>The exception that describes an answer.</summary>
    /// <param name="response">An answer that is not ComfyUI's.</param>
    /// <param name="beginning">Of its body.</param>
    /// <param name="call">What was asked, for example "GET /queue".</param>
    /// <param name="access">Knows what must not be repeated.</param>
    public static UnusableServerException Of(HttpResponseMessage response, string beginning, string call, ServerAccess access)
    {
        var (code, detail) = Explain(response, beginning);
        var type = response.Content.Headers.ContentType?.MediaType;
        var message = $"{(code == InstanceReasonCodes.NeedsAuthentication ? "needs authentication" : "something in front of ComfyUI answers")}: "
            + $"{call} was answered {(int)response.StatusCode}{(type is null ? "" : $" {type}")}{detail}";
        return new UnusableServerException(response.StatusCode, code, access.Mask(message)) { RetryAfter = DelayOf(response.Headers) };
    }

    private static (string Code, string Detail) Explain(HttpResponseMessage response, string beginning)
    {
        switch ((int)response.StatusCode)
        {
            case 401:
                var challenge = response.Headers.WwwAuthenticate.FirstOrDefault()?.Scheme;
                return (InstanceReasonCodes.NeedsAuthentication, challenge is null ? "; set Headers, or a user in Url" : $"; it asks for {challenge}");
            case 403 when response.RequestMessage?.Method == HttpMethod.Get:
                return (InstanceReasonCodes.NeedsAuthentication, "; what Headers and Url give it does not let in");
            case 407:
                return (InstanceReasonCodes.ProxyError, "; the proxy wants a user, see Proxy");
            case >= 300 and < 400:
                return Redirected(response);
            case 404 or 405:
                return (InstanceReasonCodes.ProxyError, "; is the address, with its path, that of a ComfyUI?");
            case < 300 when IsPage(response) && LooksLikeLogin(beginning):
                return (InstanceReasonCodes.NeedsAuthentication, "; it looks like a login page");
            default:
                return (InstanceReasonCodes.ProxyError, "");
        }
    }

    private static bool IsPage(HttpResponseMessage response) => response.Content.Headers.ContentType?.MediaType == MediaTypeNames.Text.Html;

    private static (string Code, string Detail) Redirected(HttpResponseMessage response)
    {
        var asked = response.RequestMessage?.RequestUri;
        if (response.Headers.Location is not { } location || asked is null || !Uri.TryCreate(asked, location, out var target))
            return (InstanceReasonCodes.NeedsAuthentication, " and sent nowhere");
        // Without its query: it may repeat ours.
        var shown = $" and sent to {target.GetLeftPart(UriPartial.Path)}";
        // A login redirects to another page; a server that has moved redirects to its own.
        var hasMoved = target.Host == asked.Host || target.AbsolutePath == asked.AbsolutePath || (int)response.StatusCode is 301 or 308;
        return hasMoved && !LooksLikeLogin(target.Host + target.AbsolutePath)
            ? (InstanceReasonCodes.ProxyError, $"{shown}; redirects are not followed, set Url to the address that answers")
            : (InstanceReasonCodes.NeedsAuthentication, shown);
    }

    private static bool LooksLikeLogin(string text) => LoginWords.Any(w => text.Contains(w, StringComparison.OrdinalIgnoreCase));

    // By the responder's own clock: it may be wrong, but it wrote both.
    private static TimeSpan? DelayOf(HttpResponseHeaders headers) =>
        headers.RetryAfter?.Delta ?? (headers.RetryAfter?.Date - (headers.Date ?? DateTimeOffset.UtcNow));
}
