using System.Collections;

namespace LockNGen.ComfyUiSimulator.Queue;

/// <summary>
/// Python's <c>heapq</c>, step by step. Its array order is visible in <c>GET /queue</c>, and its content
/// after a comparison fails halfway decides which prompts disappear, so a .NET priority queue would not do.
/// </summary>
internal sealed class PromptHeap : IReadOnlyList<QueueItem>
{
    private readonly List<QueueItem> _items = [];

    public int Count => _items.Count;

    public QueueItem this[int index] => _items[index];

    public void Push(QueueItem item)
    {
        _items.Add(item);
        SiftDown(0, _items.Count - 1);
    }

    public QueueItem Pop()
    {
        var last = _items[^1];
        _items.RemoveAt(_items.Count - 1);
        if (_items.Count == 0)
            return last;
        var first = _items[0];
        _items[0] = last;
        SiftUp(0);
        return first;
    }

    public void RemoveAt(int index)
    {
        _items.RemoveAt(index);
        for (var i = (_items.Count / 2) - 1; i >= 0; i--)
            SiftUp(i);
    }

    public void Clear() => _items.Clear();

    public IEnumerator<QueueItem> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void SiftDown(int start, int position)
    {
        var item = _items[position];
        while (position > start)
        {
            var parent = (position - 1) >> 1;
            if (!item.IsLessThan(_items[parent]))
                break;
            _items[position] = _items[parent];
            position = parent;
        }

        _items[position] = item;
    }

    private void SiftUp(int position)
    {
        var start = position;
        var item = _items[position];
        var child = (2 * position) + 1;
        while (child < _items.Count)
        {
            var right = child + 1;
            if (right < _items.Count && !_items[child].IsLessThan(_items[right]))
                child = right;
            _items[position] = _items[child];
            position = child;
            child = (2 * position) + 1;
        }

        _items[position] = item;
        SiftDown(start, position);
    }
}
