using System.Text.Json;
using LockNGen.GenerationApi.Limits;
using LockNGen.GenerationApi.Outbox;
using LockNGen.GenerationApi.Problems;
using LockNGen.GenerationApi.Queue;
using LockNGen.GenerationApi.Storage;
using LockNGen.Storage;
using LockNGen.Web.Authentication;

namespace LockNGen.GenerationApi.Submit;

/// <summary>
/// Goes through a submission once before the service listens, up to a transaction that is rolled back: otherwise the first caller waits
/// while all of it is compiled.
/// </summary>
internal sealed partial class WarmUp(
    GenerationsDatabase database,
    SubmissionReader reader,
    GenerationInserter inserter,
    SubmissionLimits limits,
    StoredBytes stored,
    EventOutbox outbox,
    SubmissionResponses answers,
    ILogger<WarmUp> logger)
    : IHostedService
{
    private const string Client = "warm-up";

    /// <summary>A cold start is better than a late one.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>With the first model of any known instance or, if there is none, with any name.</summary>
    private static readonly byte[][] Requests =
    [
        """{"template":"txt2img","parameters":{"prompt":"a lighthouse"}}"""u8.ToArray(),
        """{"template":"txt2img","parameters":{"prompt":"a lighthouse","model":"any"}}"""u8.ToArray(),
    ];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            foreach (var bytes in Requests)
            {
                var (request, _) = RequestBody.Parse(bytes, SubmitJson.Default.SubmitRequest, SubmissionShape.Of);
                if (await reader.ReadAsync(request!, new Caller(), dryRun: true, [], limit.Token) is { } submission)
                {
                    await database.WriteAsync(session => StoreAsync(session, submission), limit.Token);
                    return;
                }
            }
        }
        catch (RollBackException)
        {
            LogWarm();
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogCold(e.Message);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task StoreAsync(DatabaseSession session, Submission submission)
    {
        var group = new SubmitGroup(session, await QueueTail.ReadAsync(session));
        await limits.CheckAsync(session, group.Queue, Client, submission.Count, new HeaderDictionary());
        await stored.TakeAsync(session, Client, submission.StoredBytes);
        await limits.NoteAsync(session, Client, submission.Count);
        var (id, place) = await inserter.AddAsync(group, submission, owner: null, Client);
        JsonSerializer.Serialize(answers.Accepted(id, place, submission), SubmitJson.Readable.SubmitResponse);
        await group.StoreAsync(outbox);
        throw new RollBackException();
    }

    [LoggerMessage(LogLevel.Debug, "A trial submission was stored and rolled back")]
    private partial void LogWarm();

    [LoggerMessage(LogLevel.Information, "The first submission will take longer than the next ones: {Reason}")]
    private partial void LogCold(string reason);

    /// <summary>Rolls the transaction back.</summary>
    private sealed class RollBackException() : Exception("The trial submission is not kept.");
}
