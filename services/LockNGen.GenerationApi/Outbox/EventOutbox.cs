using System.Text;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Generations;
using LockNGen.Storage;

namespace LockNGen.GenerationApi.Outbox;

/// <summary>
/// Events are written in the transaction of the change that they report, and published after its commit: so no crash can separate the two.
/// </summary>
internal sealed class EventOutbox(OutboxSignal signal)
{
    /// <summary>The one command among the events: it must not overtake them, nor they it.</summary>
    public const string RegisterWebhookType = "command.register-webhook";

    /// <summary>Adds an event to the transaction.</summary>
    public Task AddAsync(DatabaseSession session, GenerationEvent message, string? owner, string? traceParent) =>
        AddAsync(session, [OutboxEntry.Of(message, owner, traceParent)]);

    /// <summary>Adds an event whose exact JSON is known.</summary>
    public Task AddAsync(DatabaseSession session, Guid generationId, string type, string body, string? owner, string? traceParent) =>
        AddAsync(session, [new OutboxEntry(generationId, type, body, owner, traceParent)]);

    /// <summary>Adds entries in their order.</summary>
    public async Task AddAsync(DatabaseSession session, IReadOnlyList<OutboxEntry> entries)
    {
        await session.InsertAsync("outbox", entries);
        session.AfterCommit(signal.Set);
    }
}

/// <summary>The entries to publish for a generation, as stored in the table.</summary>
internal sealed record OutboxEntry(Guid GenerationId, string Type, string Body, string? Owner, string? TraceParent)
{
    public static OutboxEntry Of(GenerationEvent message, string? owner, string? traceParent) =>
        new(message.GenerationId, message.Type, Encoding.UTF8.GetString(ContractsJson.Serialize(message)), owner, traceParent);

    public static OutboxEntry Of(RegisterWebhook command) => new(
        command.GenerationId, EventOutbox.RegisterWebhookType, JsonSerializer.Serialize(command, ContractsJson.Default.RegisterWebhook), command.Owner, TraceParent: null);
}
