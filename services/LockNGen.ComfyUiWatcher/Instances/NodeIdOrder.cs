using System.Globalization;

namespace LockNGen.ComfyUiWatcher.Instances;

/// <summary>Orders node ids numerically: 9 before 10, 75:8 before 75:37.</summary>
internal sealed class NodeIdOrder : IComparer<string>
{
    private static readonly char[] Separators = [':', '.'];

    public static NodeIdOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        var (a, b) = ((x ?? "").Split(Separators), (y ?? "").Split(Separators));
        for (var i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            if (ComparePart(a[i], b[i]) is not 0 and var order)
                return order;
        }

        return a.Length != b.Length ? a.Length.CompareTo(b.Length) : string.CompareOrdinal(x, y);
    }

    private static int ComparePart(string a, string b) => (Number(a), Number(b)) switch
    {
        ({ } x, { } y) => x.CompareTo(y),
        ({ }, null) => -1,
        (null, { }) => 1,
        _ => string.CompareOrdinal(a, b),
    };

    private static ulong? Number(string part) => ulong.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
