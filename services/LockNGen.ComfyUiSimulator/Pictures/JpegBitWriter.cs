using System.Numerics;

namespace LockNGen.ComfyUiSimulator.Pictures;

/// <summary>The entropy-coded part of a JPEG: bits, most significant first, with a zero stuffed after every 0xFF.</summary>
internal sealed class JpegBitWriter(MemoryStream output)
{
    private const int ZeroRun = 0xF0;
    private uint _bits;
    private int _count;

    /// <summary>Writes a quantized block in zig-zag order and returns its DC value, which predicts the next block's.</summary>
    public int WriteBlock(int[] block, int previousDc, JpegHuffman dc, JpegHuffman ac)
    {
        var difference = block[0] - previousDc;
        WriteCode(dc[Magnitude(difference)]);
        WriteValue(difference);

        var zeros = 0;
        for (var i = 1; i < 64; i++)
        {
            if (block[i] == 0)
            {
                zeros++;
                continue;
            }

            for (; zeros > 15; zeros -= 16)
                WriteCode(ac[ZeroRun]);
            WriteCode(ac[(zeros << 4) | Magnitude(block[i])]);
            WriteValue(block[i]);
            zeros = 0;
        }

        if (zeros > 0)
            WriteCode(ac[0]);
        return block[0];
    }

    public void Flush()
    {
        if (_count > 0)
            Write(0x7F, 8 - _count);
    }

    private static int Magnitude(int value) => 32 - BitOperations.LeadingZeroCount((uint)Math.Abs(value));

    private void WriteCode((ushort Code, byte Length) code) => Write(code.Code, code.Length);

    private void WriteValue(int value)
    {
        var length = Magnitude(value);
        if (length > 0)
            Write((uint)(value < 0 ? value + (1 << length) - 1 : value), length);
    }

    private void Write(uint value, int length)
    {
        _bits = (_bits << length) | (value & ((1u << length) - 1));
        _count += length;
        while (_count >= 8)
        {
            var b = (byte)(_bits >> (_count - 8));
            output.WriteByte(b);
            if (b == 0xFF)
                output.WriteByte(0);
            _count -= 8;
        }
    }
}
