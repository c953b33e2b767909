using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace LockNGen.ComfyDoors.Frames;

/// <summary>ComfyUI's binary frames: kind 1 for every client, kind 4 for those that have requested it.</summary>
internal static class PictureFrames
{
    private const int Kind1 = 1;
    private const int Kind4 = 4;
    private const int Jpeg = 1;
    private const int Png = 2;

    /// <summary>
    /// A preview. Without kind 4 only as JPEG: clients that read the pictures of SaveImageWebsocket take a PNG of kind 1 for a result.
    /// </summary>
    public static byte[]? Preview(PreviewFrame frame, bool withMetadata) => withMetadata
        ? WithMetadata(frame.PromptId, frame.NodeId, frame.ContentType, frame.Image)
        : frame.ContentType == "image/jpeg" ? Plain(Jpeg, frame.Image) : null;

    /// <summary>A result sent through the socket.</summary>
    public static byte[] Result(ResultFrame frame, byte[] image, bool withMetadata) =>
        withMetadata ? WithMetadata(frame.PromptId, frame.NodeId, frame.ContentType, image) : Plain(frame.ContentType == "image/jpeg" ? Jpeg : Png, image);

    private static byte[] Plain(int type, ReadOnlySpan<byte> image)
    {
        var frame = new byte[8 + image.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, Kind1);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), type);
        image.CopyTo(frame.AsSpan(8));
        return frame;
    }

    private static byte[] WithMetadata(Guid promptId, string node, string contentType, ReadOnlySpan<byte> image)
    {
        var metadata = Encoding.UTF8.GetBytes(new JsonObject
        {
            ["node_id"] = node,
            ["prompt_id"] = promptId.ToString(),
            ["display_node_id"] = node,
            ["parent_node_id"] = null,
            ["real_node_id"] = node,
            ["image_type"] = contentType,
        }.ToJsonString());
        var frame = new byte[8 + metadata.Length + image.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, Kind4);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), metadata.Length);
        metadata.CopyTo(frame, 8);
        image.CopyTo(frame.AsSpan(8 + metadata.Length));
        return frame;
    }
}
