using System.ComponentModel.DataAnnotations;

namespace LockNGen.GenerationApi.Storage;

/// <summary>
/// Object storage for pictures and uploads, in Amazon S3 or a compatible service (MinIO, R2, Ceph). Section <c>Storage:S3</c>.
/// Credentials are found by the SDK's chain: <c>AWS_ACCESS_KEY_ID</c> and <c>AWS_SECRET_ACCESS_KEY</c>, a profile, or the role of the pod
/// or machine.
/// </summary>
public sealed class S3Options
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Storage:S3";

    /// <summary>The bucket, which must exist. Default none: files are kept in the directory <see cref="StorageOptions.DataPath"/>.</summary>
    public string? Bucket { get; set; }

    /// <summary>The address of the service, if not Amazon's: <c>https://minio.example.com:9000</c>.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>The region. Default <c>AWS_REGION</c>; with an <see cref="Endpoint"/> us-east-1, which compatible servers accept.</summary>
    public string? Region { get; set; }

    /// <summary>Whether the bucket is in the path of an address rather than in its host name. Default true with an <see cref="Endpoint"/>, else false.</summary>
    public bool? PathStyle { get; set; }

    /// <summary>The prefix of all keys, so that a bucket can be shared: <c>lockngen/</c>.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>
    /// Whether finished files are downloaded directly from object storage: the API answers 302 with an address that is valid for
    /// <see cref="RedirectValidFor"/>. Default false: they go through the API.
    /// </summary>
    public bool Redirect { get; set; }

    /// <summary>How long such an address is valid. Default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "7.00:00:00")]
    public TimeSpan RedirectValidFor { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Where clients reach the service, if not at <see cref="Endpoint"/>.</summary>
    public Uri? PublicEndpoint { get; set; }

    /// <summary>Whether files are kept in object storage.</summary>
    internal bool IsUsed => !string.IsNullOrEmpty(Bucket);
}
