using System.ComponentModel.DataAnnotations.Schema;
using LockNGen.GenerationApi.Outbox;
using LockNGen.GenerationApi.Queue;
using LockNGen.Storage;

namespace LockNGen.GenerationApi.Submit;

/// <summary>Submissions that share a transaction: their common view of the queue, and the rows that they add to it together.</summary>
internal sealed class SubmitGroup(DatabaseSession session, QueueTail queue)
{
    private readonly List<NewGeneration> _generations = [];
    private readonly List<NewInputs> _inputs = [];
    private readonly List<NewPrompt> _prompts = [];
    private readonly List<OutboxEntry> _entries = [];

    public DatabaseSession Session => session;

    public QueueTail Queue => queue;

    /// <summary>Whether a generation of this id is about to be stored, and whose it is.</summary>
    public bool TryFind(Guid id, out string? owner)
    {
        var found = _generations.Find(g => g.Id == id);
        owner = found?.Owner;
        return found is not null;
    }

    /// <summary>Adds a generation to be stored at the end of the transaction.</summary>
    public void Add(NewGeneration generation, NewInputs inputs, NewPrompt? prompt, IEnumerable<OutboxEntry> entries)
    {
        if (prompt is not null)
            _prompts.Add(prompt);
        _generations.Add(generation);
        _inputs.Add(inputs);
        _entries.AddRange(entries);
    }

    /// <summary>Stores what was added.</summary>
    public async Task StoreAsync(EventOutbox outbox)
    {
        if (_generations.Count == 0)
            return;
        await session.InsertAsync("generations", _generations);
        await session.InsertAsync("generation_inputs", _inputs);
        if (_prompts.Count > 0)
            await session.InsertAsync("prompts", _prompts);
        await outbox.AddAsync(session, _entries);
    }
}

/// <summary>A new row of the table generations; other columns have their defaults.</summary>
internal sealed record NewGeneration
{
    public required Guid Id { get; init; }
    public string? Owner { get; init; }
    public required string Client { get; init; }
    public required string Status { get; init; }
    public required int Priority { get; init; }
    public string? Template { get; init; }
    public int? TemplateVersion { get; init; }
    public string? PromptText { get; init; }
    public string? Model { get; init; }
    public required int NeedsCatalog { get; init; }
    public ulong? Seed { get; init; }
    public required long StoredBytes { get; init; }
    public required int Count { get; init; }
    public string? Labels { get; init; }
    public required string Shape { get; init; }
    public required double Units { get; init; }
    public required double EstimatedSeconds { get; init; }
    public required double EstimatedWaitSeconds { get; init; }
    public required int TimeoutSeconds { get; init; }
    public required int HasOwnTimeout { get; init; }
    public required int QueueTimeoutSeconds { get; init; }
    public required long EventNumber { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    // These columns keep their old names, because replicas of an older version may run beside this one.
    [Column("told_position")]
    public required int AnnouncedPosition { get; init; }

    [Column("told_at")]
    public required DateTimeOffset AnnouncedAt { get; init; }

    public string? TraceParent { get; init; }
}

/// <summary>A new row of the table generation_inputs.</summary>
internal sealed record NewInputs
{
    public required Guid GenerationId { get; init; }
    public required string Request { get; init; }
    public string? Parameters { get; init; }
    public required string Workflow { get; init; }
    public required string Plan { get; init; }
    public string? Metadata { get; init; }
    public string? ExtraData { get; init; }
    public string? Secrets { get; init; }
    public string? Warnings { get; init; }
}

/// <summary>A new row of the table prompts.</summary>
internal sealed record NewPrompt
{
    public required Guid GenerationId { get; init; }
    public required string Door { get; init; }
    public string? ClientId { get; init; }
}
