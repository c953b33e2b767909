namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>FLAC (RFC 9639) with verbatim subframes: mono, 16 bits, uncompressed but valid.</summary>
internal static class FlacEncoder
{
    private const int BlockSize = 4096;

    public static byte[] Encode(AudioValue audio)
    {
        using var file = new MemoryStream();
        file.Write("fLaC"u8);
        file.Write([0x80, 0, 0, 34]); // the only metadata block: stream info
        file.Write([BlockSize >> 8, BlockSize & 255, BlockSize >> 8, BlockSize & 255, 0, 0, 0, 0, 0, 0]);
        var packed = ((ulong)(uint)audio.SampleRate << 44) | (15UL << 36) | (uint)audio.Samples.Length;
        for (var shift = 56; shift >= 0; shift -= 8)
            file.WriteByte((byte)(packed >> shift));
        file.Write(new byte[16]); // no checksum of the audio

        for (var (start, number) = (0, 0); start < audio.Samples.Length; start += BlockSize, number++)
            WriteFrame(file, audio.Samples.AsSpan(start, Math.Min(BlockSize, audio.Samples.Length - start)), number);
        return file.ToArray();
    }

    private static void WriteFrame(MemoryStream file, ReadOnlySpan<float> samples, int number)
    {
        // Block size in 16 bits at the end of the header, sample rate and sample size: partly from stream info.
        var frame = new List<byte> { 0xFF, 0xF8, 0x70, 0x08 };
        frame.AddRange(Utf8Number(number));
        frame.AddRange([(byte)((samples.Length - 1) >> 8), (byte)(samples.Length - 1)]);
        frame.Add(Checksum8(frame));
        frame.Add(0x02); // subframe: verbatim, no wasted bits
        foreach (var sample in samples)
        {
            var value = (short)Math.Clamp(sample * short.MaxValue, short.MinValue, short.MaxValue);
            frame.AddRange([(byte)(value >> 8), (byte)value]);
        }

        var checksum = Checksum16(frame);
        frame.AddRange([(byte)(checksum >> 8), (byte)checksum]);
        file.Write([.. frame]);
    }

    private static byte[] Utf8Number(int number) => System.Text.Encoding.UTF8.GetBytes(char.ConvertFromUtf32(number));

    private static byte Checksum8(List<byte> data)
    {
        var crc = 0;
        foreach (var b in data)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++)
                crc = (crc & 0x80) != 0 ? (crc << 1) ^ 0x07 : crc << 1;
        }

        return (byte)crc;
    }

    private static ushort Checksum16(List<byte> data)
    {
        var crc = 0;
        foreach (var b in data)
        {
            crc ^= b << 8;
            for (var i = 0; i < 8; i++)
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x8005 : crc << 1;
        }

        return (ushort)crc;
    }
}
