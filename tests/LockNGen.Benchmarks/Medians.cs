namespace LockNGen.Benchmarks;

/// <summary>The medians of several runs.</summary>
internal static class Medians
{
    public static double Median(this IEnumerable<double> values)
    {
        double[] ordered = [.. values.Order()];
        return ordered[ordered.Length / 2];
    }
}
