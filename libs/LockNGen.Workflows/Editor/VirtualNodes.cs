namespace LockNGen.Workflows.Editor;

/// <summary>Nodes that exist only in the editor: they never reach a server.</summary>
internal static class VirtualNodes
{
    public const string Reroute = "Reroute";
    public const string Primitive = "PrimitiveNode";

    /// <summary>The field of a primitive, whose value goes to all fields that it is linked to.</summary>
    public const string PrimitiveField = "value";

    // From the editor itself, and from the most common extensions: KJNodes, Easy Use, rgthree, Use Everywhere, pysssss.
    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        Reroute, Primitive, "Note", "MarkdownNote", "SetNode", "GetNode", "easy setNode", "easy getNode",
        "Reroute (rgthree)", "Fast Muter (rgthree)", "Fast Bypasser (rgthree)", "Fast Groups Muter (rgthree)", "Fast Groups Bypasser (rgthree)",
        "Mute / Bypass Relay (rgthree)", "Mute / Bypass Repeater (rgthree)", "Node Collector (rgthree)", "Random Unmuter (rgthree)",
        "Bookmark (rgthree)", "Label (rgthree)", "Fast Actions Button (rgthree)", "ReroutePrimitive|pysssss",
    };

    public static bool Contains(string type) => Names.Contains(type);

    /// <summary>Whether it represents the value that a node of <see cref="IsSetter"/> with the same name was given.</summary>
    public static bool IsGetter(string type) => type is "GetNode" or "easy getNode";

    public static bool IsSetter(string type) => type is "SetNode" or "easy setNode";
}
