using LockNGen.ComfyDoors.Api;

namespace LockNGen.ComfyDoors.V2;

/// <summary>Addresses that answers name.</summary>
internal static class Addresses
{
    /// <summary>A file's, absolute and without a token: clients load it from wherever they are.</summary>
    public static string Of(HttpRequest request, SignedLink link) => $"{request.Scheme}://{request.Host}/api/v2/content/{link.Path}";

    /// <summary>A job's; begins at the host, with the token of the path if there is one.</summary>
    public static string OfJob(HttpRequest request, Guid id, string rest = "") => $"{request.PathBase}/api/v2/jobs/{id}{rest}";
}
