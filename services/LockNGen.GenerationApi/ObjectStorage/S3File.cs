using System.Globalization;
using Amazon.S3;
using Amazon.S3.Model;

namespace LockNGen.GenerationApi.ObjectStorage;

/// <summary>A stored file being read. Sequential reads are one request; reading elsewhere starts another, of the same version of the file.</summary>
internal sealed class S3File : Stream
{
    private readonly S3Bucket _bucket;
    private readonly string _key;
    private readonly string _version;
    private GetObjectResponse? _answer;
    private long _answerAt;

    private S3File(S3Bucket bucket, string key, GetObjectResponse answer)
    {
        (_bucket, _key, _version, _answer) = (bucket, key, answer.ETag, answer);
        Length = answer.ContentLength;
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length { get; }

    public override long Position { get; set; }

    /// <summary>Opens a file; null when there is none.</summary>
    public static async Task<S3File?> OpenAsync(S3Bucket bucket, string key, CancellationToken cancellationToken)
    {
        var answer = await bucket.CallAsync(
            async s3 =>
            {
                try
                {
                    return await s3.GetObjectAsync(new GetObjectRequest { BucketName = bucket.Name, Key = key }, cancellationToken);
                }
                catch (AmazonS3Exception e) when (e.ErrorCode == "NoSuchKey")
                {
                    return null;
                }
            },
            cancellationToken);
        return answer is null ? null : new S3File(bucket, key, answer);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Position >= Length || buffer.IsEmpty)
            return 0;
        if (_answer is null || _answerAt != Position)
            await GoToPositionAsync(cancellationToken);
        try
        {
            var read = await _answer!.ResponseStream.ReadAsync(buffer, cancellationToken);
            if (read == 0)
                throw new EndOfStreamException(string.Create(CultureInfo.InvariantCulture, $"'{_key}' ended after {Position} of {Length} bytes."));
            Position = _answerAt += read;
            return read;
        }
        catch (Exception e) when (S3Bucket.IsFailure(e, cancellationToken))
        {
            throw _bucket.Unavailable(e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
        // Nothing is written.
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _answer?.Dispose();
        base.Dispose(disposing);
    }

    private async Task GoToPositionAsync(CancellationToken cancellationToken)
    {
        _answer?.Dispose();
        _answer = null;
        var request = new GetObjectRequest { BucketName = _bucket.Name, Key = _key, ByteRange = new ByteRange(Position, Length - 1), EtagToMatch = _version };
        _answer = await _bucket.CallAsync(s3 => s3.GetObjectAsync(request, cancellationToken), cancellationToken);
        _answerAt = Position;
    }
}
