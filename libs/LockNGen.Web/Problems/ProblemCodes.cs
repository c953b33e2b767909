using Microsoft.AspNetCore.Http;

namespace LockNGen.Web.Problems;

/// <summary>The values of a problem's <c>code</c>; see docs/problems.md.</summary>
public static class ProblemCodes
{
    public const string InvalidRequest = "invalid_request";
    public const string MalformedJson = "malformed_json";
    public const string TooLarge = "too_large";
    public const string NotFound = "not_found";
    public const string Forbidden = "forbidden";
    public const string IdempotencyConflict = "idempotency_conflict";
    public const string IdTaken = "id_taken";
    public const string QuotaExceeded = "quota_exceeded";
    public const string StorageFull = "storage_full";
    public const string QueueFull = "queue_full";
    public const string RateLimited = "rate_limited";
    public const string StaleAttempt = "stale_attempt";
    public const string Unauthorized = "unauthorized";
    public const string GenerationFailed = "generation_failed";
    public const string GenerationCancelled = "generation_cancelled";
    public const string DatabaseUnavailable = "database_unavailable";
    public const string StorageUnavailable = "storage_unavailable";
    public const string UnsupportedImage = "unsupported_image";
    public const string UnsupportedMediaType = "unsupported_media_type";
    public const string MethodNotAllowed = "method_not_allowed";
    public const string NameTaken = "name_taken";
    public const string ReadOnly = "read_only";
    public const string NoWorkflow = "no_workflow";
    public const string InternalError = "internal_error";
    public const string Conflict = "conflict";
    public const string Unavailable = "unavailable";

    /// <summary>The code of a problem that needs none of its own.</summary>
    public static string Of(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => Unauthorized,
        StatusCodes.Status403Forbidden => Forbidden,
        StatusCodes.Status404NotFound => NotFound,
        StatusCodes.Status405MethodNotAllowed => MethodNotAllowed,
        StatusCodes.Status409Conflict => Conflict,
        StatusCodes.Status413PayloadTooLarge => TooLarge,
        StatusCodes.Status415UnsupportedMediaType => UnsupportedMediaType,
        StatusCodes.Status429TooManyRequests => RateLimited,
        StatusCodes.Status503ServiceUnavailable => Unavailable,
        >= 500 => InternalError,
        _ => InvalidRequest,
    };
}
