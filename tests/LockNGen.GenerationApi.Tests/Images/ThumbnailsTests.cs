using LockNGen.GenerationApi.Files;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Images;
using LockNGen.GenerationApi.Tests.Support;
using SkiaSharp;

namespace LockNGen.GenerationApi.Tests.Images;

public sealed class ThumbnailsTests
{
    /// <summary>As object storage hands it out.</summary>
    [Fact]
    public async Task Picture_ThatComesOverANetwork_IsScaled()
    {
        using var thumbnails = new Thumbnails(new RemoteStore { ["a.png"] = Pictures.Png(300, 200) });
        var image = new ImageRow { ContentType = "image/png", Hash = new string('a', 64), StoredAs = "a.png", Width = 300, Height = 200 };

        var (content, tag, _) = await thumbnails.OpenAsync(image, 64, TestContext.Current.CancellationToken);

        using var bytes = new MemoryStream();
        await content!.CopyToAsync(bytes, TestContext.Current.CancellationToken);
        using var picture = SKBitmap.Decode(bytes.ToArray());
        (picture.Width, picture.Height).ShouldBe((64, 43));
        tag.ShouldEndWith("-64");
    }

    private sealed class RemoteStore : Dictionary<string, byte[]>, IImageStore
    {
        public async Task<StoredFile> SaveAsync(string key, Stream content, CancellationToken cancellationToken)
        {
            using var bytes = new MemoryStream();
            await content.CopyToAsync(bytes, cancellationToken);
            this[key] = bytes.ToArray();
            return new StoredFile(bytes.Length, "");
        }

        public Task<Stream?> OpenAsync(string key, CancellationToken cancellationToken) =>
            Task.FromResult<Stream?>(TryGetValue(key, out var bytes) ? new RemoteFile(bytes) : null);

        public Task DeleteAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    /// <summary>It is read only by those who wait.</summary>
    private sealed class RemoteFile(byte[] bytes) : Stream
    {
        private readonly MemoryStream _inner = new(bytes);

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => _inner.Length;

        public override long Position { get => _inner.Position; set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _inner.ReadAsync(buffer, cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => _inner.ReadAsync(buffer, offset, count, cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();
    }
}
