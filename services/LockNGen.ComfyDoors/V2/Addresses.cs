using LockNGen.ComfyDoors.Api;

namespace LockNGen.ComfyDoors.V2;

/// <summary>Addresses in answers.</summary>
internal static class Addresses
{
    /// <summary>The address of a file, absolute and without a token: clients can load it from anywhere.</summary>
    public static string Of(HttpRequest request, SignedLink link) => $"{request.Scheme}://{request.Host}/api/v2/content/{link.Path}";

    /// <summary>The address of a job, relative to the host, with the token of the path if there is one.</summary>
    public static string OfJob(HttpRequest request, Guid id, string rest = "") => $"{request.PathBase}/api/v2/jobs/{id}{rest}";
}
