using System.Globalization;

namespace LockNGen.Contracts;

/// <summary>
/// How a reader gets the progress of some generations only. The fanout exchange of each progress type passes its events on to the direct exchange
/// <see cref="Exchange"/>, that of preview images to <see cref="PreviewExchange"/>; there a queue is bound by the keys of the generations that it should
/// receive. Every event is published with the key of its generation, which fanout exchanges pass on and otherwise ignore.
/// </summary>
public static class ProgressPartitions
{
    /// <summary>The direct exchange behind those of the progress types (<see cref="GenerationEventTypes.IsProgress"/>).</summary>
    public const string Exchange = "generation.progress-partitions";

    /// <summary>The direct exchange behind <see cref="GenerationPreviewBytes.Exchange"/>.</summary>
    public const string PreviewExchange = "generation.preview-partitions";

    /// <summary>
    /// The key of events from watchers that are too old to know partitions. Bind it, too, as long as there are such watchers.
    /// </summary>
    public const string NoKey = "";

    /// <summary>How many keys there are.</summary>
    public const int Count = 256;

    private static readonly string[] Keys = [.. Enumerable.Range(0, Count).Select(n => n.ToString("x2", CultureInfo.InvariantCulture))];

    /// <summary>The routing key of a generation's events: the last two digits of its id, in lower case (<c>00</c> to <c>ff</c>).</summary>
    public static string KeyOf(Guid generationId) => Keys[IndexOf(generationId)];

    /// <summary>The key of a partition from 0 to <see cref="Count"/> - 1.</summary>
    public static string KeyOf(int partition) => Keys[partition];

    /// <summary>The partition of a generation's events.</summary>
    public static int IndexOf(Guid generationId)
    {
        Span<byte> bytes = stackalloc byte[16];
        generationId.TryWriteBytes(bytes);
        return bytes[15];
    }
}
