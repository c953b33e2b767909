using LockNGen.Web.Authentication;

namespace LockNGen.GenerationApi.Submit;

/// <summary>A request to submit, and who makes it.</summary>
internal sealed record SubmitCommand
{
    public required SubmitRequest Request { get; init; }

    /// <summary>The request as it came, which an Idempotency-Key is compared by.</summary>
    public required byte[] Bytes { get; init; }

    public required Caller Caller { get; init; }

    /// <summary>The client to which limits apply.</summary>
    public required string Client { get; init; }

    /// <summary>Empty when the client gave none.</summary>
    public string IdempotencyKey { get; init; } = "";

    /// <summary>Only reports what would happen.</summary>
    public bool DryRun { get; init; }
}
