using System.Reflection;
using LockNGen.Web.Authentication;

namespace LockNGen.ComfyDoors.Access;

/// <summary>The caller, and the credentials for calling the GenerationApi on its behalf. Endpoints take it as a parameter.</summary>
internal sealed record DoorCaller
{
    /// <summary>The owner whose prompts are shown; empty if owners are not distinguished.</summary>
    public required string Owner { get; init; }

    /// <summary>The token, passed on unchanged.</summary>
    public string? Token { get; init; }

    /// <summary>The caller's address, for the GenerationApi's limits.</summary>
    public string? Address { get; init; }

    /// <summary>The identity from its token, which expires and may be revoked.</summary>
    public Caller? Identity { get; init; }

    public static ValueTask<DoorCaller?> BindAsync(HttpContext context, ParameterInfo parameter) => new(Of(context));

    public static DoorCaller Of(HttpContext context)
    {
        var caller = Caller.Of(context);
        return new DoorCaller
        {
            Owner = caller.Owner ?? "",
            Token = Credentials.TokenOf(context),
            Address = context.Connection.RemoteIpAddress?.ToString(),
            Identity = caller,
        };
    }
}
