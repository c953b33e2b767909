namespace LockNGen.FaultTests.Load;

/// <summary>A generation that the API has answered with 202: from here on it is owed an end.</summary>
internal sealed record Accepted(Guid Id, GenerationKind Kind, int Count, bool HasWebhook, DateTimeOffset At);
