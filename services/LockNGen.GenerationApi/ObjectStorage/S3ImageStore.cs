using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using LockNGen.GenerationApi.Files;
using LockNGen.GenerationApi.Storage;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.ObjectStorage;

/// <summary>Files in a bucket, which replicas share without a volume.</summary>
internal sealed class S3ImageStore(S3Bucket bucket, IOptions<S3Options> options, TimeProvider clock) : IImageStore
{
    /// <summary>Up to this size a file is stored in one request.</summary>
    public const int PartLength = 16 << 20;

    private const int DeletesAtOnce = 8;

    public async Task<StoredFile> SaveAsync(string key, Stream content, CancellationToken cancellationToken)
    {
        using var parts = new PartReader(content, PartLength);
        await new S3Upload(bucket, bucket.KeyOf(key), parts, PartLength).RunAsync(cancellationToken);
        return new StoredFile(parts.Length, parts.Hash());
    }

    public async Task<Stream?> OpenAsync(string key, CancellationToken cancellationToken) => await S3File.OpenAsync(bucket, bucket.KeyOf(key), cancellationToken);

    public async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        if (!key.EndsWith('/'))
        {
            await DeleteOneAsync(bucket.KeyOf(key), cancellationToken);
            return;
        }

        // One by one: other servers often lack the request that deletes many.
        var list = new ListObjectsV2Request { BucketName = bucket.Name, Prefix = bucket.KeyOf(key) };
        do
        {
            var page = await bucket.CallAsync(s3 => s3.ListObjectsV2Async(list, cancellationToken), cancellationToken);
            await Parallel.ForEachAsync(
                page.S3Objects ?? [],
                new ParallelOptions { MaxDegreeOfParallelism = DeletesAtOnce, CancellationToken = cancellationToken },
                async (file, token) => await DeleteOneAsync(file.Key, token));
            list.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (list.ContinuationToken is not null);
    }

    public async Task<Uri?> LinkAsync(string key, string contentType, string disposition, CancellationToken cancellationToken)
    {
        var s3 = options.Value;
        // Checked first: if the file is lost or the service away, the client gets our error and not a page of XML.
        if (!s3.Redirect || !await ExistsAsync(key, cancellationToken))
            return null;
        var request = new GetPreSignedUrlRequest
        {
            BucketName = bucket.Name,
            Key = bucket.KeyOf(key),
            Verb = HttpVerb.GET,
            Expires = (clock.GetUtcNow() + s3.RedirectValidFor).UtcDateTime,
            Protocol = (s3.PublicEndpoint ?? s3.Endpoint)?.Scheme == Uri.UriSchemeHttp ? Protocol.HTTP : Protocol.HTTPS,
            ResponseHeaderOverrides = new ResponseHeaderOverrides { ContentType = contentType, ContentDisposition = disposition, CacheControl = "private" },
        };
        return new Uri(await bucket.SignAsync(client => client.GetPreSignedURLAsync(request), cancellationToken));
    }

    private Task<bool> ExistsAsync(string key, CancellationToken cancellationToken) => bucket.CallAsync(
        async s3 =>
        {
            try
            {
                await s3.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = bucket.Name, Key = bucket.KeyOf(key) }, cancellationToken);
                return true;
            }
            catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
            {
                return false;
            }
        },
        cancellationToken);

    private Task<DeleteObjectResponse> DeleteOneAsync(string key, CancellationToken cancellationToken) =>
        bucket.CallAsync(s3 => s3.DeleteObjectAsync(new DeleteObjectRequest { BucketName = bucket.Name, Key = key }, cancellationToken), cancellationToken);
}
