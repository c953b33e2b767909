using LockNGen.RealtimeGateway.Events;

namespace LockNGen.RealtimeGateway.History;

/// <summary>The last events of one generation, oldest first. Grows to its capacity as it is used.</summary>
internal sealed class EventRing(int capacity)
{
    private ServerMessage[] _items = [];
    private int _first;

    public int Count { get; private set; }

    public ServerMessage this[int index] => _items[(_first + index) % _items.Length];

    /// <summary>Appends; returns the evicted event, if any.</summary>
    public ServerMessage? Append(ServerMessage message)
    {
        if (Count == capacity)
        {
            var evicted = _items[_first];
            _items[_first] = message;
            _first = (_first + 1) % _items.Length;
            return evicted;
        }

        if (Count == _items.Length)
            Grow();
        _items[(_first + Count++) % _items.Length] = message;
        return null;
    }

    /// <summary>The index of the first event with a higher sequence; <see cref="Count"/> if there is none.</summary>
    public int IndexAfter(long sequence)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (this[middle].Sequence > sequence)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }

    public void Clear()
    {
        _items = [];
        _first = Count = 0;
    }

    private void Grow()
    {
        var grown = new ServerMessage[Math.Min(capacity, Math.Max(4, _items.Length * 2))];
        for (var i = 0; i < Count; i++)
            grown[i] = this[i];
        _items = grown;
        _first = 0;
    }
}
