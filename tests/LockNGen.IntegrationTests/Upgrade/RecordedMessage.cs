using System.Text;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.TestSupport;

namespace LockNGen.IntegrationTests.Upgrade;

/// <summary>
/// A message that version 0.1.0 had on the broker, recorded by a plain subscriber while three generations ended in the three possible ways.
/// The recording is never repeated: it represents what is in streams and queues when a newer version starts.
/// </summary>
internal sealed record RecordedMessage(string Exchange, string MessageType, string Body)
{
    /// <summary>Whether it is one of those that clients see.</summary>
    public bool IsEvent => GenerationEventTypes.All.Contains(Exchange);

    public byte[] Bytes => Encoding.UTF8.GetBytes(Body);

    public Guid GenerationId => JsonElement.Parse(Body).GetProperty("generationId").GetGuid();

    /// <summary>All of them, in the order in which they came.</summary>
    public static IReadOnlyList<RecordedMessage> ReadAll() =>
    [
        .. from line in File.ReadLines(System.IO.Path.Combine(Repository.Root, "tests", "LockNGen.IntegrationTests", "Upgrade", "messages-0.1.0.jsonl"))
           let json = JsonElement.Parse(line)
           select new RecordedMessage(
               json.GetProperty("exchange").GetString()!,
               json.GetProperty("headers").GetProperty(EventHeaders.MessageType).GetString()!,
               json.GetProperty("body").GetString()!),
    ];
}
