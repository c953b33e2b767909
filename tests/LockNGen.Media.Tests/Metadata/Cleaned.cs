namespace LockNGen.Media.Tests.Metadata;

/// <summary>A file as it leaves the product.</summary>
internal static class Cleaned
{
    public static byte[] Of(byte[] file)
    {
        var (cleaned, isClean) = Try(file);
        isClean.ShouldBeTrue();
        return cleaned;
    }

    public static (byte[] File, bool IsClean) Try(byte[] file)
    {
        using var cleaned = new MemoryStream();
        var isClean = MetadataFilter.CopyWithoutAsync(new MemoryStream(file), cleaned, CancellationToken.None).GetAwaiter().GetResult();
        return (cleaned.ToArray(), isClean);
    }
}
