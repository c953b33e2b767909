using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>Reads ComfyUI's binary frames: a big-endian kind in the first four bytes, then the content of that kind.</summary>
internal static class ComfyUiBinaryFrame
{
    private const uint Preview = 1;
    private const uint Text = 3;
    private const uint PreviewWithMetadata = 4;

    /// <summary>Reads one whole frame.</summary>
    /// <exception cref="InvalidDataException">The frame is shorter than its own lengths say.</exception>
    /// <exception cref="JsonException">The metadata is not JSON.</exception>
    public static ComfyUiMessage Parse(ReadOnlyMemory<byte> frame)
    {
        var (kind, rest) = TakeNumber(frame);
        return kind switch
        {
            Preview => ParsePreview(rest),
            PreviewWithMetadata => ParsePreviewWithMetadata(rest),
            Text => ParseText(rest),
            _ => new OtherMessage("binary"),
        };
    }

    private static PreviewFrame ParsePreview(ReadOnlyMemory<byte> rest)
    {
        var (format, image) = TakeNumber(rest);
        return new PreviewFrame(Node: null, DisplayNode: null, format == 2 ? "image/png" : "image/jpeg", image.ToArray());
    }

    private static PreviewFrame ParsePreviewWithMetadata(ReadOnlyMemory<byte> rest)
    {
        var (length, body) = TakeNumber(rest);
        if (length > body.Length)
            throw new InvalidDataException($"A preview frame announces {length} bytes of metadata and has {body.Length}.");
        using var document = PythonJson.Parse(body[..(int)length]);
        var metadata = document.RootElement;
        return new PreviewFrame(
            metadata.Text("node_id"),
            metadata.Text("display_node_id"),
            metadata.Text("image_type") ?? "image/jpeg",
            body[(int)length..].ToArray())
        {
            PromptId = metadata.Text("prompt_id"),
        };
    }

    private static NodeText ParseText(ReadOnlyMemory<byte> rest)
    {
        var (length, body) = TakeNumber(rest);
        return length <= body.Length
            ? new NodeText(Encoding.UTF8.GetString(body.Span[..(int)length]), Encoding.UTF8.GetString(body.Span[(int)length..]))
            : throw new InvalidDataException($"A text frame announces {length} bytes of node id and has {body.Length}.");
    }

    private static (uint Number, ReadOnlyMemory<byte> Remainder) TakeNumber(ReadOnlyMemory<byte> bytes) => bytes.Length >= sizeof(uint)
        ? (BinaryPrimitives.ReadUInt32BigEndian(bytes.Span), bytes[sizeof(uint)..])
        : throw new InvalidDataException("A binary frame ends in the middle of a number.");
}
