using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Storage;

/// <summary>Checks the settings of object storage, as far as that is possible without contacting it.</summary>
internal sealed partial class S3OptionsValidator : IValidateOptions<S3Options>
{
    private const int MaxPrefix = 200;

    public ValidateOptionsResult Validate(string? name, S3Options options) =>
        Find(options).ToList() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;

    private static IEnumerable<string> Find(S3Options s3)
    {
        if (!s3.IsUsed)
            yield break;
        if (!BucketName().IsMatch(s3.Bucket!))
            yield return $"Storage__S3__Bucket is '{s3.Bucket}'; a bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens.";
        if (s3.Endpoint is null && string.IsNullOrEmpty(s3.Region) && !HasRegionOfEnvironment())
            yield return "Storage__S3__Region (or AWS_REGION) is not set, and neither is Storage__S3__Endpoint; one of them must say where the bucket is.";
        if (FindProblem(s3.Endpoint) is { } endpoint)
            yield return "Storage__S3__Endpoint " + endpoint;
        if (FindProblem(s3.PublicEndpoint) is { } publicEndpoint)
            yield return "Storage__S3__PublicEndpoint " + publicEndpoint;
        if (s3.Prefix.Length > MaxPrefix || !Prefix().IsMatch(s3.Prefix))
            yield return $"Storage__S3__Prefix is '{s3.Prefix}'; it may have {MaxPrefix} letters, digits, hyphens, dots, underscores and slashes, and must not start with a slash.";
    }

    private static string? FindProblem(Uri? address) =>
        address is null || (address is { IsAbsoluteUri: true, Scheme: "http" or "https", Query: "", UserInfo: "" })
            ? null
            : $"is '{address.OriginalString}'; it must be an address such as https://minio.example.com:9000.";

    private static bool HasRegionOfEnvironment() =>
        !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("AWS_REGION")) || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("AWS_DEFAULT_REGION"));

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]\z", RegexOptions.NonBacktracking)]
    private static partial Regex BucketName();

    [GeneratedRegex(@"\A([A-Za-z0-9_.\-][A-Za-z0-9_.\-/]*)?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Prefix();
}
