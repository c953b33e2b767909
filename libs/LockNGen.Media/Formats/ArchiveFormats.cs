using LockNGen.Media.Types;

namespace LockNGen.Media.Formats;

/// <summary>Archives and documents.</summary>
internal static class ArchiveFormats
{
    public static MediaInfo? Read(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("%PDF-"u8))
            return new(MediaType.Pdf);
        if (head.StartsWith("PK\u0003\u0004"u8) || head.StartsWith("PK\u0005\u0006"u8))
            return new(MediaType.Zip);
        return head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B, 0x08]) ? new(MediaType.Gzip) : null;
    }
}
