namespace LockNGen.Workflows.Conversion;

/// <summary>Which sockets can be linked.</summary>
internal static class LinkTypes
{
    /// <summary>Types are lists of names; one in common is enough, and <c>*</c> takes all.</summary>
    public static bool Fit(string one, string other) =>
        one is "" or "*" || other is "" or "*"
        || one.Split(',').Any(o => other.Split(',').Any(t => o is "" or "*" || t is "" or "*" || string.Equals(o, t, StringComparison.OrdinalIgnoreCase)));
}
