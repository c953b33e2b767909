using System.Text.Json;
using LockNGen.GenerationApi.Limits;
using LockNGen.GenerationApi.Storage;

namespace LockNGen.GenerationApi.Submit;

/// <summary>Checks a submission and stores it, for every endpoint that submits.</summary>
internal sealed class Submitter(
    GenerationsDatabase database,
    GroupCommit transactions,
    SubmissionReader reader,
    GenerationInserter inserter,
    SubmissionLimits limits,
    StoredBytes stored,
    ChosenIds ids,
    SubmissionResponses answers)
{
    /// <summary>Submits once; a retry with the same Idempotency-Key replays the first response.</summary>
    public async Task<SubmitResult> SubmitAsync(SubmitCommand command, CancellationToken cancellationToken)
    {
        var (client, key) = (command.Client, command.IdempotencyKey);
        if (key.Length > IdempotencyKeys.MaxLength)
            return Invalid(IdempotencyKeys.Header, ErrorCodes.OutOfRange, $"Idempotency-Key has at most {IdempotencyKeys.MaxLength} characters.");
        var hash = IdempotencyKeys.Hash(command.Bytes);
        if (key.Length > 0 && await database.ReadAsync(s => IdempotencyKeys.FindAsync(s, client, key), cancellationToken) is { } earlier)
            return Replay(earlier, hash);

        var headers = new HeaderDictionary();
        if (command.DryRun && await database.WriteAsync(session => limits.TakeDryRunAsync(session, client, headers), cancellationToken) is { } tooMany)
            return new SubmitResult.Refused(tooMany) { Headers = headers };
        var errors = new List<ProblemError>();
        var submission = await reader.ReadAsync(command.Request, command.Caller, command.DryRun, errors, cancellationToken);
        if (submission is null)
            return new SubmitResult.Invalid(errors) { Headers = headers };
        if (command.DryRun)
            return await TryAsync(submission, command, cancellationToken) with { Headers = headers };

        // From here on a client that disconnects changes nothing: half a submission is useless, and the client's retry has the key.
        var result = await transactions.RunAsync(client, group => StoreAsync(group, submission, command, hash));
        // Null: another request with this key came in between.
        return result ?? Replay((await database.ReadAsync(s => IdempotencyKeys.FindAsync(s, client, key), cancellationToken))!, hash);
    }

    private async Task<SubmitResult> TryAsync(Submission submission, SubmitCommand command, CancellationToken cancellationToken) =>
        submission.HasOwnId && await database.ReadAsync(s => ids.FindTakenAsync(s, submission.Id, command.Caller), cancellationToken) is { } taken
            ? new SubmitResult.Refused(taken)
            : new SubmitResult.Checked(await answers.DryRunAsync(submission, cancellationToken));

    /// <summary>May run again: it does nothing but talk to the database.</summary>
    private async Task<SubmitResult?> StoreAsync(SubmitGroup group, Submission submission, SubmitCommand command, string hash)
    {
        var (session, client, key) = (group.Session, command.Client, command.IdempotencyKey);
        var headers = new HeaderDictionary();
        if (await limits.CheckAsync(session, group.Queue, client, submission.Count, headers) is { } refused)
            return new SubmitResult.Refused(refused) { Headers = headers };
        if (submission.HasOwnId && await ids.FindTakenAsync(group, submission.Id, command.Caller) is { } taken)
            return new SubmitResult.Refused(taken) { Headers = headers };
        if (key.Length > 0 && !await IdempotencyKeys.ReserveAsync(session, client, key, hash))
            return null;
        if (await stored.TakeAsync(session, client, submission.StoredBytes) is { } full)
            return new SubmitResult.Refused(full) { Headers = headers };
        await limits.NoteAsync(session, client, submission.Count);
        var (id, place) = await inserter.AddAsync(group, submission, command.Caller.Owner, client);
        var response = JsonSerializer.Serialize(answers.Accepted(id, place, submission), SubmitJson.Readable.SubmitResponse);
        if (key.Length > 0)
            await IdempotencyKeys.AnswerAsync(session, client, key, response);
        return new SubmitResult.Accepted(id, response) { Headers = headers };
    }

    private static SubmitResult Replay(IdempotencyRow earlier, string hash) => earlier.RequestHash == hash
        ? new SubmitResult.Replayed(JsonSerializer.Deserialize(earlier.Response, SubmitJson.Default.SubmitResponse)!.Id, earlier.Response)
        : new SubmitResult.Refused(Problem.Of(
            StatusCodes.Status422UnprocessableEntity, ProblemCodes.IdempotencyConflict, "This Idempotency-Key was used with another body."));

    private static SubmitResult.Invalid Invalid(string field, string code, string message) =>
        new([new ProblemError { Field = field, Code = code, Message = message }]);
}
