using System.Buffers.Binary;
using LockNGen.Media.Types;

namespace LockNGen.Media.Formats;

/// <summary>Reads what formats keep far from the beginning of a file, in a few pieces.</summary>
internal static class FarParts
{
    private const int MostBoxes = 1000;
    private const int LongestMovie = 1 << 20;
    private const int TailLength = 64 << 10;

    public static async Task<MediaInfo> ReadAsync(Stream file, MediaInfo info, byte[] head, CancellationToken cancellationToken)
    {
        var type = info.Type;
        if (type == MediaType.Jpeg && info.Width == 0)
            return await JpegFormat.ReadAsync(file, cancellationToken);
        if ((type == MediaType.Mp4 || type == MediaType.QuickTime || type == MediaType.M4A) && info.DurationSeconds is null)
            return await MovieAsync(file, cancellationToken) is { } movie ? IsoMediaFormat.Measure(type, movie) : info;
        if (type == MediaType.Ogg || type == MediaType.Opus)
        {
            var tail = await PieceAsync(file, file.Length - TailLength, TailLength, cancellationToken);
            return info with { DurationSeconds = OggFormat.Duration(head, tail) };
        }

        if (type == MediaType.Mp3 && info.DurationSeconds is null)
            return await SoundAsync(file, head, cancellationToken);
        if (type == MediaType.Safetensors)
            return new(SafetensorsFormat.Names(await TensorsAsync(file, head, cancellationToken)));
        return type == MediaType.Unknown && ModelFormats.IsBinaryStl(head, file.Length) ? new(MediaType.Stl) : info;
    }

    /// <summary>The index of a video, wherever it is among its boxes.</summary>
    private static async Task<byte[]?> MovieAsync(Stream file, CancellationToken cancellationToken)
    {
        long at = 0;
        for (var box = 0; box < MostBoxes; box++)
        {
            var header = await PieceAsync(file, at, 16, cancellationToken);
            if (header.Length < 16)
                return null;
            var (headerLength, size) = BinaryPrimitives.ReadUInt32BigEndian(header) == 1
                ? (16, BinaryPrimitives.ReadInt64BigEndian(header.AsSpan(8)))
                : (8, BinaryPrimitives.ReadUInt32BigEndian(header));
            if (header.AsSpan(4, 4).SequenceEqual("moov"u8))
                return await PieceAsync(file, at + headerLength, (int)Math.Min(LongestMovie, Math.Max(0, size - headerLength)), cancellationToken);
            if (size < headerLength || size > file.Length - at)
                return null;
            at += size;
        }

        return null;
    }

    private static async Task<MediaInfo> SoundAsync(Stream file, byte[] head, CancellationToken cancellationToken)
    {
        var start = SoundFormats.TagLength(head);
        var sound = await PieceAsync(file, start, 4096, cancellationToken);
        return Mp3Frame.Read(sound) is { } frame ? frame.Describe(sound, file.Length - start) : new(MediaType.Mp3);
    }

    /// <summary>The end of the header: the tensors come after the metadata, which is as long as a workflow.</summary>
    private static Task<byte[]> TensorsAsync(Stream file, byte[] head, CancellationToken cancellationToken)
    {
        var end = SafetensorsFormat.LengthOfLength + (long)BinaryPrimitives.ReadUInt64LittleEndian(head);
        return PieceAsync(file, end - TailLength, TailLength, cancellationToken);
    }

    private static async Task<byte[]> PieceAsync(Stream file, long start, int length, CancellationToken cancellationToken)
    {
        file.Position = Math.Clamp(start, 0, file.Length);
        var piece = new byte[(int)Math.Min(length, file.Length - file.Position)];
        await file.ReadExactlyAsync(piece, cancellationToken);
        return piece;
    }
}
