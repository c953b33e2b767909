using System.Numerics;
using LockNGen.GenerationApi.Catalog;

namespace LockNGen.GenerationApi.Workflows;

/// <summary>The seeds that an input accepts, of those from 0 to 2^64-1.</summary>
internal sealed record SeedRange(ulong Min, ulong Max)
{
    /// <summary>The largest that JavaScript reads exactly, with room for a batch; random seeds are chosen from these if the node accepts them.</summary>
    private const ulong MaxReadable = 9_007_199_254_000_000;

    public static readonly SeedRange All = new(0, ulong.MaxValue);

    /// <summary>The range accepted by every instance that knows the input.</summary>
    public static SeedRange Of(IEnumerable<NodeInputSpec> specs)
    {
        var range = All;
        foreach (var spec in specs)
        {
            var (min, max) = (Clamp(Bound(spec.Min) ?? 0), Clamp(Bound(spec.Max) ?? ulong.MaxValue));
            range = new SeedRange(Math.Max(range.Min, min), Math.Min(range.Max, max));
        }

        return range.Min <= range.Max ? range : All;
    }

    /// <summary>A bound of an input as the whole number it is.</summary>
    public static BigInteger? Bound(System.Text.Json.JsonElement bound) => PythonNumber.ToInt(bound)?.Whole;

    /// <summary>A seed of the range.</summary>
    public ulong Draw()
    {
        var max = Min <= MaxReadable ? Math.Min(Max, MaxReadable) : Max;
        return Min + (ulong)((UInt128)NextUInt64() % ((UInt128)(max - Min) + 1));
    }

    /// <summary>The intersection, or the other range if there is none.</summary>
    public SeedRange Within(SeedRange other) =>
        Math.Max(Min, other.Min) is var min && Math.Min(Max, other.Max) is var max && min <= max ? new SeedRange(min, max) : this;

    public bool Contains(ulong seed) => seed >= Min && seed <= Max;

    private static ulong NextUInt64() => unchecked((ulong)Random.Shared.NextInt64(long.MinValue, long.MaxValue));

    private static ulong Clamp(BigInteger number) => number < 0 ? 0 : number > ulong.MaxValue ? ulong.MaxValue : (ulong)number;
}
