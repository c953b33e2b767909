using Microsoft.AspNetCore.Http.HttpResults;

namespace LockNGen.GenerationApi.Submit;

/// <summary>The result of a submission.</summary>
internal abstract record SubmitResult
{
    /// <summary>Headers of every response: what is left of the limits, and when to try again.</summary>
    public IHeaderDictionary Headers { get; init; } = new HeaderDictionary();

    /// <summary>It led to a generation, now or before.</summary>
    /// <param name="Id">The generation.</param>
    /// <param name="Response">The JSON of the 202, the same for every replay.</param>
    public abstract record Stored(Guid Id, string Response) : SubmitResult;

    /// <summary>It is stored, and survives any crash.</summary>
    public sealed record Accepted(Guid Id, string Response) : Stored(Id, Response);

    /// <summary>The Idempotency-Key was used for the same request before.</summary>
    public sealed record Replayed(Guid Id, string Response) : Stored(Id, Response);

    /// <summary>A dry run: nothing is wrong, nothing is stored.</summary>
    public sealed record Checked(DryRunResponse Answer) : SubmitResult;

    /// <summary>The request is well formed, but cannot be accepted now, or not from this client.</summary>
    public sealed record Refused(ProblemHttpResult Problem) : SubmitResult;

    /// <summary>The request is wrong.</summary>
    public sealed record Invalid(IReadOnlyList<ProblemError> Errors) : SubmitResult;
}
