using System.Buffers;
using System.Text.Json;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>
/// JSON as Python writes it: with the bare words <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c>, which are not JSON. ComfyUI sends them
/// wherever a node has one, above all in <c>is_changed</c> of workflows in its queue and history; a watcher reads them as <c>null</c>.
/// </summary>
internal static class PythonJson
{
    private const int Piece = 64 << 10;

    /// <summary>Parses one document.</summary>
    /// <param name="json">Whole in memory.</param>
    /// <param name="maxKept">More is an error. Bytes, by default 8 MiB.</param>
    /// <exception cref="JsonException">It is not JSON, not even Python's.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json, int maxKept = 8 << 20)
    {
        if (json.Length <= Piece && TryParseAsItIs(json) is { } document)
            return document;
        var pruner = new JsonPruner(JsonShape.All, maxKept);
        pruner.Write(json.Span);
        return JsonDocument.Parse(Finish(pruner, maxKept));
    }

    /// <summary>Reads one document as a stream, and keeps the selected parts as valid JSON.</summary>
    /// <param name="beginning">The part that was read already.</param>
    /// <param name="json">The rest.</param>
    /// <param name="shape">The parts to keep.</param>
    /// <param name="maxBytes">A longer document is an error.</param>
    /// <param name="maxKept">If more is selected, that is an error, too.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="JsonException">It is not JSON, not even Python's.</exception>
    /// <exception cref="InvalidDataException">It is too long, or more of it is selected than may be kept.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(
        ReadOnlyMemory<byte> beginning, Stream json, JsonShape shape, long maxBytes, int maxKept, CancellationToken cancellationToken)
    {
        var pruner = new JsonPruner(shape, maxKept);
        var buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            long length = beginning.Length;
            pruner.Write(beginning.Span);
            while (await json.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                length += read;
                if (length > maxBytes)
                    throw new InvalidDataException($"more than {maxBytes} bytes");
                pruner.Write(buffer.AsSpan(0, read));
                if (pruner.Overflowed)
                    break;
            }

            return Finish(pruner, maxKept);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Most of it is JSON as it should be, and pruning costs several times as much as reading it.</summary>
    private static JsonDocument? TryParseAsItIs(ReadOnlyMemory<byte> json)
    {
        var bytes = json.Span;
        if (!JsonText.IsSound(bytes) || bytes.IndexOf("NaN"u8) >= 0 || bytes.IndexOf("Infinity"u8) >= 0)
            return null;
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ReadOnlyMemory<byte> Finish(JsonPruner pruner, int maxKept) =>
        pruner.Overflowed ? throw new InvalidDataException($"more than {maxKept} bytes that matter") : pruner.Finish();
}
