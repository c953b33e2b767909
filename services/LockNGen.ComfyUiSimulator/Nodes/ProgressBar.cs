using LockNGen.ComfyUiSimulator.Sockets;

namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>
/// A node's progress. Version A passes every update on; version B passes on the first, the last and those with a
/// preview, all others at most every 100 ms and only if half a percent has been done since.
/// </summary>
internal sealed class ProgressBar(int total, bool throttled, TimeProvider clock, Action<int, int, PreviewImage?> send)
{
    private static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(100);
    private const double MinPercent = 0.5;
    private int? _lastValue;
    private long _lastTime;

    public void Update(int value, PreviewImage? preview = null)
    {
        value = Math.Min(value, total);
        if (throttled && _lastValue is { } last && value < total && preview is null)
        {
            var percent = total > 0 ? 100.0 * (value - Math.Max(0, last)) / total : 100;
            if (clock.GetElapsedTime(_lastTime) < MinInterval || percent < MinPercent)
                return;
        }

        _lastValue = value;
        _lastTime = clock.GetTimestamp();
        send(value, total, preview);
    }
}
