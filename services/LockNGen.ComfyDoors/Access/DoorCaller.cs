using System.Reflection;
using LockNGen.Web.Authentication;

namespace LockNGen.ComfyDoors.Access;

/// <summary>Who calls, and what the GenerationApi is called with in its name. Endpoints take it as a parameter.</summary>
internal sealed record DoorCaller
{
    /// <summary>Whose prompts are told; empty where nobody is told apart.</summary>
    public required string Owner { get; init; }

    /// <summary>The token, passed on as it came.</summary>
    public string? Token { get; init; }

    /// <summary>The caller's address, for the limits of the GenerationApi.</summary>
    public string? Address { get; init; }

    /// <summary>Who it is by its token, which ends and may be revoked.</summary>
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
