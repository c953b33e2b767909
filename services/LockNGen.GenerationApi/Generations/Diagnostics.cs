using System.Diagnostics;

namespace LockNGen.GenerationApi.Generations;

/// <summary>The trace source.</summary>
internal static class Diagnostics
{
    /// <summary>The name of the trace source, and of the meter.</summary>
    public const string Name = "LockNGen.GenerationApi";

    public static readonly ActivitySource Activities = new(Name);
}
