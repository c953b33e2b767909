using System.Buffers;
using System.Text.Json;

namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>
/// Takes JSON in pieces, of any size and depth, and keeps the parts that a shape selects, as valid JSON within bounds. It reads what Python writes: the bare words
/// <c>NaN</c> and <c>Infinity</c>, which are not JSON, become <c>null</c>, and so does anything nested deeper than readers allow.
/// </summary>
/// <param name="shape">What is wanted.</param>
/// <param name="maxKept">How much may be kept, in bytes; three quarters of that for parts that may be cut.</param>
internal sealed class JsonPruner(JsonShape shape, int maxKept)
{
    private const int MaxDepth = 56;
    private const int MaxWord = 400;
    private const int MaxName = 1 << 10;
    private const int MaxString = 1 << 20;

    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[]"u8);
    private static readonly SearchValues<byte> StringEnds = SearchValues.Create("\"\\"u8);
    private static readonly SearchValues<byte> WordEnds = SearchValues.Create(",:]}\"[{ \t\r\n"u8);

    private readonly ArrayBufferWriter<byte> _kept = new(1 << 10);
    private readonly ArrayBufferWriter<byte> _token = new(64);
    private readonly Stack<Level> _levels = new();
    private Mode _mode;
    private int _skippedDepth;
    private bool _escaped;
    private bool _isName;
    private bool _cut;
    private bool _done;

    /// <summary>Whether more was selected than may be kept.</summary>
    public bool Overflowed { get; private set; }

    public void Write(ReadOnlySpan<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            piece = _mode switch
            {
                Mode.Skipping => Skip(piece),
                Mode.SkippedString => SkipString(piece),
                Mode.String => TakeString(piece),
                Mode.Word => TakeWord(piece),
                _ => Next(piece),
            };
        }
    }

    /// <summary>The document, once it is whole.</summary>
    /// <exception cref="JsonException">It is not JSON, not even Python's.</exception>
    public ReadOnlyMemory<byte> Finish()
    {
        if (_mode == Mode.Word)
            EndWord();
        return _done && _mode == Mode.Between
            ? JsonText.Sound(_kept.WrittenMemory)
            : throw new JsonException("The JSON ends too early, or there is none.");
    }

    private ReadOnlySpan<byte> Next(ReadOnlySpan<byte> piece)
    {
        switch (piece[0])
        {
            // A byte order mark, which some proxies add.
            case 0xef or 0xbb or 0xbf when _levels.Count == 0 && !_done:
                return piece[1..];
            // Separators are rewritten.
            case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)',' or (byte)':':
                return piece[1..];
            case (byte)'{' or (byte)'[':
                Open(piece[0]);
                return piece[1..];
            case (byte)'}' or (byte)']':
                Close(piece[0]);
                return piece[1..];
            case (byte)'"':
                BeginString();
                return piece[1..];
            default:
                _token.ResetWrittenCount();
                _mode = Mode.Word;
                return piece;
        }
    }

    private void Open(byte bracket)
    {
        var wanted = Wanted();
        var parent = Parent;
        if (_levels.Count < MaxDepth ? !TryKeep(wanted, [bracket]) : !Leave())
            (_mode, _skippedDepth) = (Mode.Skipping, 1);
        else
            _levels.Push(new Level(wanted, bracket == '{', wanted.MayBeCut || parent is { MayBeCut: true }));
    }

    private void Close(byte bracket)
    {
        if (!_levels.TryPop(out var level) || level.IsObject != (bracket == '}') || level.Name is not null)
            throw new JsonException("The JSON closes what it has not opened.");
        _kept.Write([bracket]);
        _done = _levels.Count == 0;
    }

    private void BeginString()
    {
        _isName = Parent is { IsObject: true, Name: null };
        _token.ResetWrittenCount();
        (_escaped, _cut) = (false, false);
        if (_isName || Wanted(peek: true) != JsonShape.None)
        {
            _mode = Mode.String;
            return;
        }

        TryKeep(Wanted(), []);
        (_mode, _skippedDepth) = (Mode.SkippedString, 0);
    }

    private ReadOnlySpan<byte> TakeString(ReadOnlySpan<byte> piece)
    {
        if (_escaped)
        {
            _escaped = false;
            Append(piece[..1]);
            return piece[1..];
        }

        var end = piece.IndexOfAny(StringEnds);
        if (end < 0)
        {
            Append(piece);
            return [];
        }

        if (piece[end] == '\\')
        {
            _escaped = true;
            Append(piece[..(end + 1)]);
        }
        else
        {
            Append(piece[..end]);
            EndString();
        }

        return piece[(end + 1)..];
    }

    private void EndString()
    {
        _mode = Mode.Between;
        var text = _cut ? JsonText.Whole(_token.WrittenSpan) : _token.WrittenSpan;
        if (_isName)
            Parent!.Name = text.ToArray();
        else
            TryKeep(Wanted(), [(byte)'"', .. text, (byte)'"']);
    }

    private ReadOnlySpan<byte> TakeWord(ReadOnlySpan<byte> piece)
    {
        var end = piece.IndexOfAny(WordEnds);
        Append(end < 0 ? piece : piece[..end]);
        if (end < 0)
            return [];
        EndWord();
        return piece[end..];
    }

    private void EndWord()
    {
        _mode = Mode.Between;
        var word = _token.WrittenSpan;
        var isNoJson = word.SequenceEqual("NaN"u8) || word.SequenceEqual("Infinity"u8) || word.SequenceEqual("-Infinity"u8) || word.Length >= MaxWord;
        TryKeep(Wanted(), isNoJson ? "null"u8 : word);
    }

    private ReadOnlySpan<byte> Skip(ReadOnlySpan<byte> piece)
    {
        var at = piece.IndexOfAny(Structure);
        if (at < 0)
            return [];
        switch (piece[at])
        {
            case (byte)'"':
                (_mode, _escaped) = (Mode.SkippedString, false);
                break;
            case (byte)'{' or (byte)'[':
                _skippedDepth++;
                break;
            default:
                if (--_skippedDepth == 0)
                    _mode = Mode.Between;
                break;
        }

        return piece[(at + 1)..];
    }

    private ReadOnlySpan<byte> SkipString(ReadOnlySpan<byte> piece)
    {
        if (_escaped)
        {
            _escaped = false;
            return piece[1..];
        }

        var at = piece.IndexOfAny(StringEnds);
        if (at < 0)
            return [];
        if (piece[at] == '\\')
            _escaped = true;
        else
            _mode = _skippedDepth > 0 ? Mode.Skipping : Mode.Between;
        return piece[(at + 1)..];
    }

    private Level? Parent => _levels.TryPeek(out var level) ? level : null;

    /// <summary>The shape of the value that starts here.</summary>
    private JsonShape Wanted(bool peek = false)
    {
        if (Parent is not { } level)
            return _done ? throw new JsonException("There is more than one JSON document.") : shape;
        if (!level.IsObject)
            return level.Shape.Of(peek ? level.Items : level.Items++);
        return level.Shape.Of(level.Name ?? throw new JsonException("A property of the JSON has no name."));
    }

    /// <summary>Writes a value, or the beginning of one, with what comes before it.</summary>
    private bool TryKeep(JsonShape wanted, ReadOnlySpan<byte> value)
    {
        if (Parent is not { } level)
        {
            _kept.Write(value);
            _done = value is not ([(byte)'{'] or [(byte)'[']);
            return true;
        }

        if (wanted == JsonShape.None)
            return Leave();
        if (_kept.WrittenCount + value.Length + MaxName > (level.MayBeCut || wanted.MayBeCut ? maxKept / 4 * 3 : maxKept))
        {
            Overflowed |= !level.MayBeCut && !wanted.MayBeCut;
            level.Name = null;
            return false;
        }

        Separate(level);
        _kept.Write(value);
        return true;
    }

    // Skipped items keep their place, because others are found by position; always false.
    private bool Leave()
    {
        var level = Parent!;
        if (level.IsObject)
            level.Name = null;
        else
            TryKeep(JsonShape.All, "null"u8);
        return false;
    }

    private void Separate(Level level)
    {
        if (level.HasKept)
            _kept.Write(","u8);
        level.HasKept = true;
        if (level.Name is not { } name)
            return;
        _kept.Write([(byte)'"', .. name, (byte)'"', (byte)':']);
        level.Name = null;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        var room = (_mode == Mode.Word ? MaxWord : _isName ? MaxName : MaxString) - _token.WrittenCount;
        _cut |= bytes.Length > room;
        _token.Write(bytes[..Math.Min(bytes.Length, room)]);
    }

    private enum Mode
    {
        Between,
        String,
        Word,
        Skipping,
        SkippedString,
    }

    /// <summary>An object or array that is kept, and how far it has come.</summary>
    private sealed class Level(JsonShape shape, bool isObject, bool mayBeCut)
    {
        public JsonShape Shape { get; } = shape;

        public bool IsObject { get; } = isObject;

        public bool MayBeCut { get; } = mayBeCut;

        /// <summary>Of the property whose value is due.</summary>
        public byte[]? Name { get; set; }

        public int Items { get; set; }

        public bool HasKept { get; set; }
    }
}
