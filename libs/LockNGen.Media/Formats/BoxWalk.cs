namespace LockNGen.Media.Formats;

/// <summary>Walks the boxes of one level: size, type, content. The last one may be truncated where the bytes read end.</summary>
internal ref struct BoxWalk(ReadOnlySpan<byte> bytes)
{
    private const int HeaderLength = 8;
    private const int LongHeaderLength = 16;

    private ReadOnlySpan<byte> _rest = bytes;

    public Box Current { get; private set; }

    public readonly BoxWalk GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_rest.Length < HeaderLength)
            return false;
        // 1 means that a 64-bit size follows, 0 that the box extends to the end of the file.
        var (header, size) = _rest.Big32(0) switch
        {
            0 => (HeaderLength, (ulong)_rest.Length),
            1 => (LongHeaderLength, _rest.Big64(8)),
            var length => (HeaderLength, length),
        };
        if (size < (ulong)header)
            return false;
        var whole = (int)Math.Min(size, (ulong)_rest.Length);
        Current = new Box(_rest[4..8], _rest[..whole].From(header));
        _rest = _rest[whole..];
        return true;
    }

    /// <summary>One box.</summary>
    public readonly ref struct Box(ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        private readonly ReadOnlySpan<byte> _type = type;

        public ReadOnlySpan<byte> Content { get; } = content;

        public bool Is(ReadOnlySpan<byte> type) => _type.SequenceEqual(type);
    }
}
