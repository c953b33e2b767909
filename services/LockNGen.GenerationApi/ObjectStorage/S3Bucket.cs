using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using LockNGen.GenerationApi.Storage;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.ObjectStorage;

/// <summary>Our part of a bucket, and what calls to it have in common: keys, limits of time, and one kind of failure.</summary>
internal sealed class S3Bucket : IDisposable
{
    /// <summary>The limit of one request, so of at most one part of a file.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private readonly S3Options _options;
    private readonly AmazonS3Client _client;
    private readonly Lazy<AmazonS3Client> _publicClient;

    public S3Bucket(IOptions<S3Options> options)
    {
        _options = options.Value;
        _client = new AmazonS3Client(ConfigOf(_options, _options.Endpoint));
        _publicClient = new(() => _options.PublicEndpoint is { } address ? new AmazonS3Client(ConfigOf(_options, address)) : _client);
    }

    public string Name => _options.Bucket!;

    /// <summary>The key in the bucket.</summary>
    public string KeyOf(string key) => _options.Prefix + key;

    /// <summary>Calls the service.</summary>
    /// <exception cref="StorageUnavailableException">The call failed.</exception>
    public async Task<T> CallAsync<T>(Func<IAmazonS3, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call(_client);
        }
        catch (Exception e) when (IsFailure(e, cancellationToken))
        {
            throw Unavailable(e);
        }
    }

    /// <summary>The client for addresses that outsiders can use. Signing needs only credentials.</summary>
    public async Task<string> SignAsync(Func<IAmazonS3, Task<string>> sign, CancellationToken cancellationToken)
    {
        try
        {
            return await sign(_publicClient.Value);
        }
        catch (Exception e) when (IsFailure(e, cancellationToken))
        {
            throw Unavailable(e);
        }
    }

    public void Dispose()
    {
        if (_publicClient.IsValueCreated)
            _publicClient.Value.Dispose();
        _client.Dispose();
    }

    /// <summary>Whether this is the service's failure; cancellation by the caller is not, a timeout is.</summary>
    public static bool IsFailure(Exception e, CancellationToken cancellationToken) => e switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        AmazonServiceException or AmazonClientException or HttpRequestException or IOException or TimeoutException => true,
        _ => false,
    };

    /// <summary>The failure as one exception in place of the SDK's many.</summary>
    public StorageUnavailableException Unavailable(Exception e) => e is AmazonS3Exception { StatusCode: var status, ErrorCode: var code } && (int)status is >= 300 and < 500 and not 408 and not 429
        ? new StorageUnavailableException($"The object storage refuses to work with the bucket '{Name}': {code} {e.Message} (HTTP {(int)status})", isRefusal: true, e)
        : new StorageUnavailableException($"The object storage does not answer: {e.Message}", isRefusal: false, e);

    private static AmazonS3Config ConfigOf(S3Options options, Uri? endpoint)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.PathStyle ?? options.Endpoint is not null,
            Timeout = Timeout,
            ConnectTimeout = ConnectTimeout,
            MaxErrorRetry = 2,
            RetryMode = RequestRetryMode.Standard,
            // Not every server knows Amazon's own checksums; the signature covers the content already.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (endpoint is not null)
        {
            config.ServiceURL = endpoint.AbsoluteUri;
            config.AuthenticationRegion = string.IsNullOrEmpty(options.Region) ? "us-east-1" : options.Region;
        }
        else if (!string.IsNullOrEmpty(options.Region))
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }

        return config;
    }
}
