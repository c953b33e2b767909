using Amazon.S3.Model;

namespace LockNGen.GenerationApi.ObjectStorage;

/// <summary>Stores one file: in one request, or in parts if it is longer than one part. Either way it appears whole or not at all.</summary>
internal sealed class S3Upload(S3Bucket bucket, string key, PartReader parts, int partLength)
{
    /// <summary>With it, even a server that ignores the overrides of presigned addresses serves nothing that a browser would run.</summary>
    private const string ContentType = "application/octet-stream";
    private const string Disposition = "attachment";
    private static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(10);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var first = await parts.NextAsync(cancellationToken);
        if (first.Count < partLength)
            await PutAsync(first, cancellationToken);
        else
            await PutPartsAsync(first, cancellationToken);
    }

    private async Task PutAsync(ArraySegment<byte> content, CancellationToken cancellationToken)
    {
        using var body = StreamOf(content);
        // Signed as a whole and not in chunks, which R2 and others do not accept.
        var request = new PutObjectRequest
        {
            BucketName = bucket.Name, Key = key, InputStream = body, AutoCloseStream = false, UseChunkEncoding = false, ContentType = ContentType,
        };
        request.Headers.ContentDisposition = Disposition;
        await bucket.CallAsync(s3 => s3.PutObjectAsync(request, cancellationToken), cancellationToken);
    }

    private async Task PutPartsAsync(ArraySegment<byte> part, CancellationToken cancellationToken)
    {
        var begin = new InitiateMultipartUploadRequest { BucketName = bucket.Name, Key = key, ContentType = ContentType };
        begin.Headers.ContentDisposition = Disposition;
        var id = (await bucket.CallAsync(s3 => s3.InitiateMultipartUploadAsync(begin, cancellationToken), cancellationToken)).UploadId;
        try
        {
            var tags = new List<PartETag>();
            for (; part.Count > 0; part = await parts.NextAsync(cancellationToken))
                tags.Add(new PartETag(tags.Count + 1, await PutPartAsync(id, tags.Count + 1, part, cancellationToken)));
            var complete = new CompleteMultipartUploadRequest { BucketName = bucket.Name, Key = key, UploadId = id, PartETags = tags };
            await bucket.CallAsync(s3 => s3.CompleteMultipartUploadAsync(complete, cancellationToken), cancellationToken);
        }
        catch
        {
            await AbortAsync(id);
            throw;
        }
    }

    private async Task<string> PutPartAsync(string id, int number, ArraySegment<byte> content, CancellationToken cancellationToken)
    {
        using var body = StreamOf(content);
        var request = new UploadPartRequest
        {
            BucketName = bucket.Name, Key = key, UploadId = id, PartNumber = number, InputStream = body, PartSize = content.Count, UseChunkEncoding = false,
        };
        return (await bucket.CallAsync(s3 => s3.UploadPartAsync(request, cancellationToken), cancellationToken)).ETag;
    }

    /// <summary>Parts of an upload that is never completed cost money. If this fails too, the bucket's own rule removes them (docs/deployment.md).</summary>
    private async Task AbortAsync(string id)
    {
        using var limit = new CancellationTokenSource(AbortTimeout);
        try
        {
            var abort = new AbortMultipartUploadRequest { BucketName = bucket.Name, Key = key, UploadId = id };
            await bucket.CallAsync(s3 => s3.AbortMultipartUploadAsync(abort, limit.Token), CancellationToken.None);
        }
        catch (Storage.StorageUnavailableException)
        {
            // The caller gets the first failure.
        }
    }

    private static MemoryStream StreamOf(ArraySegment<byte> content) => new(content.Array!, content.Offset, content.Count, writable: false);
}
