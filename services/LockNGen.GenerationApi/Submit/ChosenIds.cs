using LockNGen.GenerationApi.Generations;
using LockNGen.Storage;
using LockNGen.Web.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LockNGen.GenerationApi.Submit;

/// <summary>Refuses an id chosen by a client if a generation has it already.</summary>
internal sealed class ChosenIds(Links links)
{
    /// <summary>In the database, or in the group that is about to be stored.</summary>
    public async Task<ProblemHttpResult?> FindTakenAsync(SubmitGroup group, Guid id, Caller caller)
    {
        // If two replicas are given one id at once, the second checks after the first has stored it.
        await group.Session.LockAsync($"generation:{id}");
        return group.TryFind(id, out var owner) ? Taken(id, caller.MaySee(owner)) : await FindTakenAsync(group.Session, id, caller);
    }

    /// <summary>In the database.</summary>
    public async Task<ProblemHttpResult?> FindTakenAsync(DatabaseSession session, Guid id, Caller caller) =>
        await session.FirstOrDefaultAsync<OwnerRow>(
            "SELECT owner FROM generations WHERE id = @id UNION ALL SELECT NULL FROM other_generations WHERE id = @id", new { id }) is { } row
            ? Taken(id, caller.MaySee(row.Owner))
            : null;

    /// <summary>About someone else's generation nothing is revealed except that the id is taken.</summary>
    private ProblemHttpResult Taken(Guid id, bool mayBeSeen)
    {
        var problem = Problem.Of(StatusCodes.Status409Conflict, ProblemCodes.IdTaken, $"The id {id} is taken. Choose another one, or leave id out.");
        if (mayBeSeen)
            problem.ProblemDetails.Extensions["existing"] = links.Generation(id);
        return problem;
    }

    private sealed record OwnerRow
    {
        public string? Owner { get; init; }
    }
}
