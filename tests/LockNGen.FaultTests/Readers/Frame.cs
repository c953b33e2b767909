using System.Text.Json;
using LockNGen.Contracts;

namespace LockNGen.FaultTests.Readers;

/// <summary>One message about one generation, however it came.</summary>
internal readonly record struct Frame(string Type, Guid Generation, long Sequence, string Json)
{
    public const string Gap = "subscription.gap";

    /// <summary>The reason of a gap, or the status in a snapshot.</summary>
    public string Detail { get; init; } = "";

    public bool IsSnapshot => Type == GenerationEventTypes.Snapshot;

    public bool IsEvent => Type != Gap && !IsSnapshot;

    /// <summary>Whether nothing more can follow.</summary>
    public bool IsEnd => GenerationEventTypes.IsTerminal(Type) || (IsSnapshot && Detail is "completed" or "failed" or "cancelled");

    /// <summary>Reads a message; null for what concerns no generation.</summary>
    public static Frame? Read(JsonElement message)
    {
        var type = message.GetProperty("type").GetString()!;
        if (!message.TryGetProperty("generationId", out var id) || type == "error")
            return null;
        var sequence = message.TryGetProperty("sequence", out var number) ? number.GetInt64() : 0;
        return new Frame(type, id.GetGuid(), sequence, message.GetRawText())
        {
            Detail = type == Gap ? message.GetProperty("reason").GetString()!
                : type == GenerationEventTypes.Snapshot ? message.GetProperty("data").GetProperty("status").GetString()!
                : "",
        };
    }

    /// <summary>Reads a message from its text.</summary>
    public static Frame? Read(ReadOnlyMemory<byte> message)
    {
        using var json = JsonDocument.Parse(message);
        return Read(json.RootElement);
    }
}
