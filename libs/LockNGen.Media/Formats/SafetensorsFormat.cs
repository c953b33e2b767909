using LockNGen.Media.Types;

namespace LockNGen.Media.Formats;

/// <summary>safetensors: the length of a JSON object, and that object. ComfyUI's SaveLatent calls its tensor <c>latent_tensor</c>.</summary>
internal static class SafetensorsFormat
{
    public const int LengthOfLength = 8;
    private const ulong LongestHeader = 100_000_000;

    public static MediaInfo? Read(ReadOnlySpan<byte> head) =>
        head.Little64(0) is >= 2 and <= LongestHeader && head.Has(LengthOfLength, "{"u8) && head.From(LengthOfLength + 1).TrimStart(" \n\r\t"u8) is [(byte)'"' or (byte)'}', ..]
            ? new(Names(head.From(LengthOfLength, (long)head.Little64(0))))
            : null;

    /// <summary>What the header describes, by the part of it that names the tensors.</summary>
    public static MediaType Names(ReadOnlySpan<byte> header) =>
        header.IndexOf("\"latent_tensor\":"u8) >= 0 ? MediaType.Latent : MediaType.Safetensors;
}
