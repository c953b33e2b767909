using System.Text;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Queue;
using LockNGen.ServiceDefaults.Storage;

namespace LockNGen.GenerationApi.Outbox;

/// <summary>
/// Events are written in the transaction of the change that they tell of, and published after its commit: so no crash can separate the two.
/// </summary>
internal sealed class EventOutbox(OutboxSignal signal)
{
    /// <summary>The one command among the events: it must not overtake them, nor they it.</summary>
    public const string RegisterWebhookType = "command.register-webhook";

    /// <summary>The statement that adds an event: a change that is made often says it together with its own, and saves a round trip.</summary>
    public const string Insert =
        "INSERT INTO outbox (generation_id, type, body, owner, trace_parent) VALUES (@generationId, @type, @body, @owner, @traceParent)";

    /// <summary>Adds an event to the transaction.</summary>
    public Task AddAsync(Session session, GenerationEvent message, string? owner, string? traceParent) =>
        AddAsync(session, message.GenerationId, message.Type, Encoding.UTF8.GetString(ContractsJson.Serialize(message)), owner, traceParent);

    /// <summary>Adds the command that registers a generation's webhook.</summary>
    public Task AddAsync(Session session, RegisterWebhook command) => AddAsync(
        session, command.GenerationId, RegisterWebhookType, JsonSerializer.Serialize(command, ContractsJson.Default.RegisterWebhook), command.Owner, traceParent: null);

    /// <summary>Adds an event whose exact JSON is known.</summary>
    public async Task AddAsync(Session session, Guid generationId, string type, string body, string? owner, string? traceParent)
    {
        await session.ExecuteAsync(Insert, new { generationId, type, body, owner, traceParent });
        PublishAfterCommit(session);
    }

    /// <summary>Has what was added with <see cref="Insert"/> published once the transaction is committed.</summary>
    public void PublishAfterCommit(Session session) => session.AfterCommit(signal.Set);
}
