using System.Text.Json;
using System.Text.Json.Serialization;

namespace LockNGen.Contracts;

/// <summary>
/// Source-generated System.Text.Json metadata of every contract: camelCase names, no white space, absent instead of <c>null</c>.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.Strict,
    WriteIndented = false)]
[JsonSerializable(typeof(GenerationQueued))]
[JsonSerializable(typeof(GenerationStarted))]
[JsonSerializable(typeof(GenerationNodeExecuting))]
[JsonSerializable(typeof(GenerationProgressed))]
[JsonSerializable(typeof(GenerationPreviewed))]
[JsonSerializable(typeof(GenerationCustom))]
[JsonSerializable(typeof(GenerationImageCompleted))]
[JsonSerializable(typeof(GenerationCompleted))]
[JsonSerializable(typeof(GenerationFailed))]
[JsonSerializable(typeof(GenerationCancelled))]
[JsonSerializable(typeof(GenerationSnapshot))]
[JsonSerializable(typeof(GenerationPreviewBytes))]
[JsonSerializable(typeof(ProgressMessage))]
[JsonSerializable(typeof(SubmitGeneration))]
[JsonSerializable(typeof(CancelGeneration))]
[JsonSerializable(typeof(ClaimGeneration))]
[JsonSerializable(typeof(ClaimDecision))]
[JsonSerializable(typeof(ReportOutcome))]
[JsonSerializable(typeof(OutcomeDecision))]
[JsonSerializable(typeof(ReportOtherPrompt))]
[JsonSerializable(typeof(OtherPromptAnswer))]
[JsonSerializable(typeof(WatcherHeartbeat))]
[JsonSerializable(typeof(HeartbeatAnswer))]
[JsonSerializable(typeof(InstanceCatalog))]
[JsonSerializable(typeof(GetSnapshot))]
[JsonSerializable(typeof(SnapshotAnswer))]
[JsonSerializable(typeof(RedeemTicket))]
[JsonSerializable(typeof(TicketAnswer))]
[JsonSerializable(typeof(IssueTicket))]
[JsonSerializable(typeof(IssuedTicket))]
[JsonSerializable(typeof(GetRevocations))]
[JsonSerializable(typeof(RevocationsAnswer))]
[JsonSerializable(typeof(TokenRevoked))]
[JsonSerializable(typeof(RegisterWebhook))]
public sealed partial class ContractsJson : JsonSerializerContext
{
    /// <summary>The UTF-8 JSON of an event, as published to the broker.</summary>
    public static byte[] Serialize(GenerationEvent message) =>
        JsonSerializer.SerializeToUtf8Bytes(message, message.GetType(), Default);

    /// <summary>Reads an event of the given wire type.</summary>
    /// <exception cref="JsonException">The JSON is not an event of that type, or the type is not known.</exception>
    public static GenerationEvent Deserialize(string type, ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, RecordOf(type), Default) as GenerationEvent
        ?? throw new JsonException($"The body of a '{type}' event is null.");

    /// <summary>The record of a wire type.</summary>
    /// <exception cref="JsonException">The type is not known.</exception>
    public static Type RecordOf(string type) => type switch
    {
        GenerationEventTypes.Queued => typeof(GenerationQueued),
        GenerationEventTypes.Started => typeof(GenerationStarted),
        GenerationEventTypes.Node => typeof(GenerationNodeExecuting),
        GenerationEventTypes.Progress => typeof(GenerationProgressed),
        GenerationEventTypes.Preview => typeof(GenerationPreviewed),
        GenerationEventTypes.Custom => typeof(GenerationCustom),
        GenerationEventTypes.Image => typeof(GenerationImageCompleted),
        GenerationEventTypes.Completed => typeof(GenerationCompleted),
        GenerationEventTypes.Failed => typeof(GenerationFailed),
        GenerationEventTypes.Cancelled => typeof(GenerationCancelled),
        GenerationEventTypes.Snapshot => typeof(GenerationSnapshot),
        _ => throw new JsonException($"'{type}' is not an event type of LockN Gen."),
    };
}
