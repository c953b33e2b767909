using LockNGen.Contracts;
using LockNGen.GenerationApi.Files;
using LockNGen.Media;

namespace LockNGen.GenerationApi.Uploads;

/// <summary>A file given directly in an input: by its address, as a data URI, or as base64.</summary>
/// <param name="Address">Its address; null if it is embedded.</param>
/// <param name="Base64">Its bytes; null if they are elsewhere.</param>
internal sealed record InputSource(string? Address, string? Base64)
{
    /// <summary>Enough to tell a file from a name that happens to look like base64.</summary>
    private const int MinBase64 = 32;
    private const int HeadBase64 = 4096;

    /// <summary>The source in an input's value; null if the value is a file's name.</summary>
    public static InputSource? Of(string value)
    {
        if (value.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || value.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
            return new InputSource(value, null);
        if (value.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
            return new InputSource(null, DataOf(value));
        return IsFile(value) ? new InputSource(null, value) : null;
    }

    /// <summary>The bytes; null when they are not base64.</summary>
    public byte[]? Decode()
    {
        try
        {
            return Convert.FromBase64String(Base64!);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary><c>data:image/png;base64,...</c>; the declared type is ignored, the bytes decide. If it is not base64, a text that cannot be decoded.</summary>
    private static string DataOf(string uri)
    {
        var comma = uri.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || !uri.AsSpan(0, comma).TrimEnd().EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
            return "?";
        var data = uri[(comma + 1)..];
        return data.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(data) : data;
    }

    private static bool IsFile(string value)
    {
        if (value.Length < MinBase64)
            return false;
        var head = value.AsSpan(0, Math.Min(value.Length, HeadBase64) / 4 * 4);
        Span<byte> bytes = stackalloc byte[HeadBase64];
        return Convert.TryFromBase64Chars(head, bytes, out var length)
            && MediaFile.Recognize(bytes[..length]).Type is var type && type.Kind != GenerationResultKinds.Text && UploadTypes.Takes(type);
    }
}
