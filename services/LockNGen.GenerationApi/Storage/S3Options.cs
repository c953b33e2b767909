using System.ComponentModel.DataAnnotations;

namespace LockNGen.GenerationApi.Storage;

/// <summary>
/// Object storage for pictures and uploads, of Amazon S3 or of whoever speaks its protocol (MinIO, R2, Ceph). Section <c>Storage:S3</c>.
/// Credentials are found by the SDK's chain: <c>AWS_ACCESS_KEY_ID</c> and <c>AWS_SECRET_ACCESS_KEY</c>, a profile, or the role of the pod
/// or machine.
/// </summary>
public sealed class S3Options
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Storage:S3";

    /// <summary>The bucket, which exists already. Default none: files are kept in the directory <see cref="StorageOptions.DataPath"/>.</summary>
    public string? Bucket { get; set; }

    /// <summary>Where the service is, if it is not Amazon's: <c>https://minio.example.com:9000</c>.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>The region. Default <c>AWS_REGION</c>; with an <see cref="Endpoint"/> us-east-1, which other makers' servers take for their own.</summary>
    public string? Region { get; set; }

    /// <summary>Whether the bucket stands in the path of an address and not in its host name. Default true with an <see cref="Endpoint"/>, else false.</summary>
    public bool? PathStyle { get; set; }

    /// <summary>What all keys begin with, so that a bucket can be shared: <c>lockngen/</c>.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>
    /// Whether finished files are downloaded from the object storage itself: the API answers 302 and an address that is valid for
    /// <see cref="RedirectValidFor"/>. Default false: they go through the API.
    /// </summary>
    public bool Redirect { get; set; }

    /// <summary>How long such an address is valid. Default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "7.00:00:00")]
    public TimeSpan RedirectValidFor { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Where clients reach the service, if not at <see cref="Endpoint"/>.</summary>
    public Uri? PublicEndpoint { get; set; }

    /// <summary>Whether files are kept there.</summary>
    internal bool IsUsed => !string.IsNullOrEmpty(Bucket);
}
