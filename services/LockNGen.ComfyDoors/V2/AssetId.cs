using System.Globalization;

namespace LockNGen.ComfyDoors.V2;

/// <summary>The id of a result as an asset: generation and number of the file, so that it needs no table.</summary>
internal static class AssetId
{
    public static string Of(Guid job, int index) => string.Create(CultureInfo.InvariantCulture, $"{job:D}-{index}");

    /// <summary>The result it refers to; null if it is not a result.</summary>
    public static (Guid Job, int Index)? Parse(string id)
    {
        const int length = 36;
        return id.Length > length + 1 && id[length] == '-' && Guid.TryParseExact(id[..length], "D", out var job)
            && int.TryParse(id.AsSpan(length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                ? (job, index)
                : null;
    }
}
