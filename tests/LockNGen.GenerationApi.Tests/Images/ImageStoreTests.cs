using System.Security.Cryptography;
using LockNGen.GenerationApi.Files;
using LockNGen.GenerationApi.ObjectStorage;
using LockNGen.GenerationApi.Storage;
using LockNGen.GenerationApi.Tests.Support;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Tests.Images;

/// <summary>What every store of files promises, be it a directory or a bucket.</summary>
public abstract class ImageStoreTests
{
    private const int Part = S3ImageStore.PartLength;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300_000)]
    [InlineData(Part - 1)]
    [InlineData(Part)]
    [InlineData(Part + 1)]
    [InlineData((2 * Part) + 12345)]
    public async Task File_OfAnyLength_IsReturnedUnchanged(int length)
    {
        var store = await StoreAsync();
        var bytes = Bytes(length);

        var stored = await store.SaveAsync("images/ab/file.png", new SlowStream(bytes), Token);

        stored.ShouldBe(new StoredFile(length, Convert.ToHexStringLower(SHA256.HashData(bytes))));
        (await ReadAsync(store, "images/ab/file.png"))!.ShouldBe(bytes);
    }

    [Fact]
    public async Task File_OfAKeyThatIsTaken_ReplacesIt()
    {
        var store = await StoreAsync();
        await store.SaveAsync("images/ab/file.png", new MemoryStream(Bytes(100)), Token);
        await store.SaveAsync("images/ab/file.png", new MemoryStream([1, 2, 3]), Token);

        (await ReadAsync(store, "images/ab/file.png"))!.ShouldBe([1, 2, 3]);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(Part + 1000)]
    public async Task File_WhoseSenderBreaksOff_IsNotThereAndTheReasonIsKept(int length)
    {
        var store = await StoreAsync();

        var broken = await Should.ThrowAsync<InvalidDataException>(() => store.SaveAsync("images/ab/file.png", new SlowStream(Bytes(length), breaksOff: true), Token));

        broken.Message.ShouldBe("the sender broke off");
        (await ReadAsync(store, "images/ab/file.png")).ShouldBeNull();
    }

    [Fact]
    public async Task File_ReadFromTheMiddleAndBack_GivesWhatIsThere()
    {
        var store = await StoreAsync();
        var bytes = Bytes(500_000);
        await store.SaveAsync("uploads/a.bin", new MemoryStream(bytes), Token);

        await using var file = (await store.OpenAsync("uploads/a.bin", Token))!;
        var piece = new byte[1000];
        foreach (var at in new[] { 0, 499_000, 250_000, 10 })
        {
            file.Position = at;
            await file.ReadExactlyAsync(piece, Token);
            piece.ShouldBe(bytes[at..(at + 1000)]);
        }

        (file.CanSeek, file.Length).ShouldBe((true, 500_000));
        file.Seek(0, SeekOrigin.End);
        (await file.ReadAsync(piece, Token)).ShouldBe(0);
    }

    [Fact]
    public async Task Open_OfWhatIsNotThere_IsNull() => (await ReadAsync(await StoreAsync(), "images/ab/none.png")).ShouldBeNull();

    [Fact]
    public async Task Delete_OfAFile_LeavesTheOthers()
    {
        var store = await StoreAsync();
        await SaveAsync(store, "uploads/a.png", "uploads/b.png");

        await store.DeleteAsync("uploads/a.png", Token);
        await store.DeleteAsync("uploads/a.png", Token);

        (await ReadAsync(store, "uploads/a.png")).ShouldBeNull();
        (await ReadAsync(store, "uploads/b.png")).ShouldNotBeNull();
    }

    [Fact]
    public async Task Delete_OfAFolder_TakesAllBelowAndNothingBeside()
    {
        var store = await StoreAsync();
        await SaveAsync(store, "images/ab/1/1-1-1.png", "images/ab/1/1-1-1.png.abc.64.png", "images/ab/1/2-1-1.png", "images/ab/10/1-1-1.png");

        await store.DeleteAsync("images/ab/1/", Token);
        await store.DeleteAsync("images/ab/1/", Token);

        (await ReadAsync(store, "images/ab/1/1-1-1.png")).ShouldBeNull();
        (await ReadAsync(store, "images/ab/1/1-1-1.png.abc.64.png")).ShouldBeNull();
        (await ReadAsync(store, "images/ab/1/2-1-1.png")).ShouldBeNull();
        (await ReadAsync(store, "images/ab/10/1-1-1.png")).ShouldNotBeNull();
    }

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected abstract Task<IImageStore> StoreAsync();

    private static async Task<byte[]?> ReadAsync(IImageStore store, string key)
    {
        await using var file = await store.OpenAsync(key, Token);
        if (file is null)
            return null;
        using var bytes = new MemoryStream();
        await file.CopyToAsync(bytes, Token);
        return bytes.ToArray();
    }

    private static async Task SaveAsync(IImageStore store, params string[] keys)
    {
        foreach (var key in keys)
            await store.SaveAsync(key, new MemoryStream([1]), Token);
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(7).NextBytes(bytes);
        return bytes;
    }

    /// <summary>As from a network: its length is not known, and it comes in pieces.</summary>
    private sealed class SlowStream(byte[] bytes, bool breaksOff = false) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (breaksOff && Position == Length)
                throw new InvalidDataException("the sender broke off");
            return base.ReadAsync(buffer[..Math.Min(buffer.Length, 70_000)], cancellationToken);
        }
    }

    public sealed class OfADirectory : ImageStoreTests, IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("lockngen-store-").FullName;

        public void Dispose()
        {
            Directory.EnumerateFiles(_folder, "*.tmp", SearchOption.AllDirectories).ShouldBeEmpty();
            Directory.Delete(_folder, recursive: true);
        }

        private protected override Task<IImageStore> StoreAsync() =>
            Task.FromResult<IImageStore>(new DirectoryImageStore(Options.Create(new StorageOptions { DataPath = _folder })));
    }

    [Trait("Category", "Integration")]
    public sealed class OfABucket : ImageStoreTests, IAsyncDisposable
    {
        private S3Server? _server;
        private S3Bucket? _bucket;

        public async ValueTask DisposeAsync()
        {
            // s3rver knows neither the list nor the end of unfinished uploads.
            if (!S3Server.IsOurs)
                ((await _server!.Client.ListMultipartUploadsAsync(_server.Bucket, Token)).MultipartUploads ?? []).ShouldBeEmpty();
            _bucket!.Dispose();
            await _server!.DisposeAsync();
        }

        private protected override async Task<IImageStore> StoreAsync()
        {
            _server = await S3Server.StartAsync();
            var options = Options.Create(new S3Options { Bucket = _server.Bucket, Endpoint = new Uri(_server.Url), Prefix = "lockngen/" });
            _bucket = new S3Bucket(options);
            return new S3ImageStore(_bucket, options, TimeProvider.System);
        }
    }
}
