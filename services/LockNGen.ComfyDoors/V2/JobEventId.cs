using System.Globalization;
using System.Text.Json.Nodes;

namespace LockNGen.ComfyDoors.V2;

/// <summary>
/// The id of an event in a job's stream. It contains what the reader knows, so that any door can continue from it: how many events and outputs it was sent, and
/// the last status.
/// </summary>
internal readonly record struct JobEventId(int Number, int Outputs, string Status)
{
    private const char Separator = '.';

    /// <summary>The id of a reader that knows nothing: one that sends no id, or an unknown one.</summary>
    private static readonly JobEventId None = new(0, 0, "");

    /// <summary>Parses the id that a client sends back.</summary>
    public static JobEventId Parse(string? text) =>
        text?.Split(Separator) is [var number, var outputs, { Length: > 0 } status]
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var events)
        && int.TryParse(outputs, NumberStyles.None, CultureInfo.InvariantCulture, out var files)
            ? new JobEventId(events, files, status)
            : None;

    /// <summary>A status with its place in the queue, in one word.</summary>
    public static string WordOf(JsonObject status) => $"{status["status"]}{(status["queue_position"] is { } position ? $"-{position}" : "")}";

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}{Separator}{Outputs}{Separator}{Status}");
}
