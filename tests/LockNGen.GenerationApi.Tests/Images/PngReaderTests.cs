using System.Buffers.Binary;
using System.Text;
using LockNGen.GenerationApi.Images;

namespace LockNGen.GenerationApi.Tests.Images;

public sealed class PngReaderTests
{
    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(int.MaxValue - 11)]
    [InlineData(-1)]
    [InlineData(1_000)]
    public async Task Picture_WhoseChunkClaimsAnotherLength_IsNotScaled(int length)
    {
        using var png = new MemoryStream(Png(length));

        (await PngPicture.ReadAsync(png, TestContext.Current.CancellationToken)).ShouldBeNull();
    }

    /// <summary>A header of one grey pixel, and a chunk that is not as long as it says.</summary>
    private static byte[] Png(int length)
    {
        byte[] header = [0x89, .. "PNG\r\n"u8, 0x1A, .. "\n"u8, 0, 0, 0, 13, .. "IHDR"u8, 0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0, 0, 0, 0];
        var chunk = new byte[16];
        BinaryPrimitives.WriteInt32BigEndian(chunk, length);
        Encoding.ASCII.GetBytes("tEXt").CopyTo(chunk, 4);
        return [.. header, .. chunk];
    }
}
