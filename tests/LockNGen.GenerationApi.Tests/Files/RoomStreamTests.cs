using LockNGen.GenerationApi.Files;
using LockNGen.GenerationApi.Storage;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Tests.Files;

public sealed class RoomStreamTests
{
    [Fact]
    public async Task Disk_ThatFillsWhileAFileComes_EndsIt()
    {
        var options = new StorageOptions { DataPath = Path.GetTempPath(), MinFreeBytes = 1 };
        await using var stream = new RoomStream(new MemoryStream(new byte[40 << 20]), new FreeSpace(Options.Create(options), Options.Create(new S3Options())), () => new InvalidOperationException("full"));
        var buffer = new byte[1 << 20];
        for (var read = 0; read < 12; read++)
            await stream.ReadExactlyAsync(buffer, TestContext.Current.CancellationToken);

        options.MinFreeBytes = long.MaxValue;

        await Should.ThrowAsync<InvalidOperationException>(() => stream.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken));
        stream.Position.ShouldBeLessThan(20 << 20);
    }
}
