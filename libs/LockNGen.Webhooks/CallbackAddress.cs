using System.Diagnostics.CodeAnalysis;

namespace LockNGen.Webhooks;

/// <summary>Addresses that clients give us to call: parsed the same way wherever they come from.</summary>
public static class CallbackAddress
{
    private const int MaxLength = 2048;

    /// <summary>Parses an address.</summary>
    /// <param name="text">The input.</param>
    /// <param name="address">The address; null if it is not valid.</param>
    /// <param name="problem">What is wrong with it, as a sentence for its owner; null if nothing is.</param>
    public static bool TryRead(string? text, [NotNullWhen(true)] out Uri? address, [NotNullWhen(false)] out string? problem)
    {
        address = null;
        problem = FindProblem(text, out var uri);
        if (problem is null)
            address = uri;
        return problem is null;
    }

    private static string? FindProblem(string? text, out Uri? uri)
    {
        uri = null;
        if (text?.Length > MaxLength)
            return $"The address is longer than {MaxLength} characters.";
        if (!Uri.TryCreate(text, UriKind.Absolute, out uri) || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp))
            return "The address must be absolute and start with https:// or http://.";
        if (uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
            return "The address must not contain a user name, a password or a fragment.";
        // Others may parse a malformed address differently.
        return Uri.IsWellFormedUriString(text, UriKind.Absolute)
            ? null
            : "The address has characters that must be percent-encoded: blanks, braces, backslashes or a % that encodes nothing.";
    }
}
