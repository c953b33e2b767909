using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.Connections;

/// <summary>
/// The messages of one write, and their bytes. Belongs to a write loop, which uses one batch for all its connections; a send
/// that does not finish at once keeps it, and the loop takes a new one.
/// </summary>
internal sealed class SendBatch
{
    private const int UsualBytes = 64 << 10;

    private byte[] _bytes = new byte[UsualBytes];
    private int _length;

    public List<ServerMessage> Messages { get; } = [];

    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, _length);

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _bytes.Length - _length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + bytes.Length));
        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    public void Clear()
    {
        Messages.Clear();
        _length = 0;
        if (_bytes.Length > UsualBytes * 4)
            _bytes = new byte[UsualBytes];
    }
}
