using System.Diagnostics.CodeAnalysis;

namespace LockNGen.Webhooks;

/// <summary>Addresses that clients may give us to call: one reading of them, wherever they come from.</summary>
public static class CallbackAddress
{
    private const int MaxLength = 2048;

    /// <summary>Reads an address.</summary>
    /// <param name="text">What was given.</param>
    /// <param name="address">The address; null when it is none.</param>
    /// <param name="problem">What is wrong with it, as a sentence for its owner; null when nothing is.</param>
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
            return "The address must be absolute and begin with https:// or http://.";
        if (uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
            return "The address must not contain a user name, a password or a fragment.";
        // What is not written as addresses are, others read in other ways.
        return Uri.IsWellFormedUriString(text, UriKind.Absolute)
            ? null
            : "The address has characters that must be percent-encoded: blanks, braces, backslashes or a % that encodes nothing.";
    }
}
