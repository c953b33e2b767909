using System.Text;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Ledger;
using LockNGen.GenerationApi.Storage;
using LockNGen.Messaging;
using LockNGen.Storage;
using MassTransit;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Attempts;

/// <summary>
/// Records other clients' prompts, and returns the id they are known by. Their own ids are chosen by a ComfyUI, so one that is a
/// generation's id stays reserved for that generation: an outcome under it would end it for all readers.
/// </summary>
internal sealed class OtherPromptConsumer(GenerationsDatabase database, UploadTokens tokens, Links links, IOptions<StorageOptions> storage)
    : IConsumer<ReportOtherPrompt>
{
    private const int MaxPromptId = 200;

    public async Task Consume(ConsumeContext<ReportOtherPrompt> context)
    {
        var report = context.Message;
        if (report.PromptId.Length is 0 or > MaxPromptId)
            throw new InvalidDataException($"A prompt's id has 1 to {MaxPromptId} characters, not {report.PromptId.Length}.");
        var key = await tokens.KeyAsync(context.CancellationToken);
        var id = await database.WriteAsync(session => NoteAsync(session, report), context.CancellationToken);
        await context.RespondAsync(new OtherPromptAnswer
        {
            GenerationId = id,
            UploadUrl = links.Upload(id, OtherGeneration.Attempt),
            UploadToken = UploadTokens.Create(key, id, OtherGeneration.Attempt),
            MaxFileBytes = storage.Value.MaxImageBytes,
        });
    }

    private static async Task<Guid> NoteAsync(DatabaseSession session, ReportOtherPrompt report)
    {
        await session.LockAsync($"other:{report.Instance}:{report.PromptId}");
        var known = await session.FirstOrDefaultAsync<OtherGeneration>(
            "SELECT * FROM other_generations WHERE instance = @Instance AND prompt_id = @PromptId", new { report.Instance, report.PromptId });
        var id = known?.Id ?? await ChooseIdAsync(session, report);
        if (known is null)
        {
            await session.ExecuteAsync(
                """
                INSERT INTO other_generations (id, instance, prompt_id, status, started_at, reported_at)
                VALUES (@id, @Instance, @PromptId, 'running', @StartedAt, @Now)
                """,
                new { id, report.Instance, report.PromptId, report.StartedAt, session.Now });
        }

        if (report.Event is { } ending)
            await EndAsync(session, id, ending);
        return id;
    }

    private static async Task<Guid> ChooseIdAsync(DatabaseSession session, ReportOtherPrompt report)
    {
        if (Guid.TryParse(report.PromptId, out var id))
        {
            // As submissions that choose this id do.
            await session.LockAsync($"generation:{id}");
            if (await GenerationLedger.FindAsync(session, id) is null && await OtherGeneration.FindAsync(session, id) is null)
                return id;
        }

        return MessageIds.Version5(MessageIds.Version5(Guid.Empty, Encoding.UTF8.GetBytes(report.Instance)), Encoding.UTF8.GetBytes(report.PromptId));
    }

    private static async Task EndAsync(DatabaseSession session, Guid id, JsonElement ending)
    {
        var json = ending.GetRawText();
        var outcome = StoredEvent.Of(json);
        if (!GenerationEventTypes.IsTerminal(outcome.Type) || outcome.GenerationId != id)
            throw new JsonException($"A '{outcome.Type}' event of {outcome.GenerationId} does not end {id}.");
        await session.ExecuteAsync(
            "UPDATE other_generations SET status = @status, outcome = @json, ended_at = @Now, reported_at = @Now WHERE id = @id AND ended_at IS NULL",
            new { id, json, session.Now, status = outcome.Type["generation.".Length..] });
    }
}
