using LockNGen.Storage;

namespace LockNGen.GenerationApi.Queue;

/// <summary>
/// The places of the next submissions in the order of <see cref="WaitingList"/>, from how many each owner has waiting and running: ranking all
/// waiting ones for each new one would make submitting slower the longer the queue is. Off by a few while some are moved to the front,
/// until the next notice of their positions.
/// </summary>
internal sealed class QueueTail
{
    private readonly QueueSpeed _speed;
    private readonly Dictionary<string, long> _active;
    private readonly Dictionary<(int Priority, string Who), TailRow> _waiting;
    private readonly Dictionary<string, double?> _speeds = [];

    private QueueTail(QueueSpeed speed, IReadOnlyList<TailRow> rows)
    {
        _speed = speed;
        _active = rows.Where(r => r.Priority is null).ToDictionary(r => r.Who, r => r.Number);
        _waiting = rows.Where(r => r is { Priority: not null, Parked: false }).ToDictionary(r => (r.Priority!.Value, r.Who));
        Length = rows.Where(r => r.Priority is not null).Sum(r => r.Number);
    }

    /// <summary>How many wait.</summary>
    public long Length { get; private set; }

    /// <summary>Reads the current state of the queue.</summary>
    public static async Task<QueueTail> ReadAsync(DatabaseSession session) => new(
        await QueueSpeed.ReadAsync(session),
        await session.QueryAsync<TailRow>(
            """
            SELECT COALESCE(owner, '') AS who, CASE WHEN status = 'queued' THEN priority END AS priority, CASE WHEN status = 'queued' THEN parked ELSE 0 END AS parked, COUNT(*) AS number,
                COUNT(promoted_at) AS promoted, CAST(SUM(estimated_seconds) AS DOUBLE PRECISION) AS seconds
            FROM generations WHERE ended_at IS NULL AND status IN ('queued', 'dispatched', 'running') GROUP BY 1, 2, 3
            """));

    /// <summary>How fast a shape of workflow is rendered, read once per group of submissions.</summary>
    public async Task<double?> SpeedOfAsync(DatabaseSession session, string shape)
    {
        if (!_speeds.TryGetValue(shape, out var speed))
            _speeds[shape] = speed = await Durations.SpeedOfAsync(session, shape);
        return speed;
    }

    /// <summary>Adds one to the queue, and returns its place.</summary>
    public QueuePlace Add(int priority, string? owner, double estimatedSeconds)
    {
        var who = owner ?? "";
        if (!_waiting.TryGetValue((priority, who), out var own))
            _waiting[(priority, who)] = own = new TailRow { Who = who, Priority = priority };
        var turn = _active.GetValueOrDefault(who) + _waiting.Values.Where(r => r.Who == who && r.Priority >= priority).Sum(r => r.Number) + 1;

        var (ahead, seconds) = (0L, 0.0);
        foreach (var rows in _waiting.Values.Where(r => r.Number > 0).GroupBy(r => r.Who))
        {
            // Which of theirs has the same turn as the new one; an owner's high-priority ones have the first turns.
            var same = turn - _active.GetValueOrDefault(rows.Key);
            foreach (var row in rows.OrderByDescending(r => r.Priority))
            {
                var waiting = row.Number - row.Promoted;
                var before = row.Promoted + Math.Clamp(row.Priority >= priority ? same : same - 1, 0, waiting);
                ahead += before;
                seconds += row.Seconds * before / row.Number;
                same -= waiting;
            }
        }

        own.Number++;
        own.Seconds += estimatedSeconds;
        Length++;
        return new QueuePlace((int)ahead, _speed.WaitSeconds((int)ahead, seconds));
    }

    /// <summary>An owner's waiting generations of one priority; without a priority, that owner's running ones.</summary>
    private sealed record TailRow
    {
        public required string Who { get; init; }
        public int? Priority { get; init; }
        public long Number { get; set; }
        public bool Parked { get; init; }
        public long Promoted { get; init; }
        public double Seconds { get; set; }
    }
}
