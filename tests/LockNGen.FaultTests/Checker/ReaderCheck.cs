using LockNGen.Contracts;
using LockNGen.FaultTests.Readers;

namespace LockNGen.FaultTests.Checker;

/// <summary>What each reader received, compared with what was published.</summary>
internal static class ReaderCheck
{
    public static IEnumerable<Promise> Check(Evidence evidence)
    {
        var results = new Results();
        foreach (var watch in evidence.Published.Watches)
        {
            IReadOnlyList<PublishedEvent> events = evidence.Published.Generations.TryGetValue(watch.Generation, out var generation) ? generation.Events : [];
            new Walk(watch, events, results).Run();
            if (watch.MustReachTheEnd)
                results.End.Check(watch.HasEnded, $"{watch.Reader} has never seen the end", watch.Generation);
        }

        return [results.End, results.SameOutcome, results.Duplicate, results.Order, results.AfterEnd, results.Silent, results.Superseded];
    }

    private sealed class Results
    {
        public Promise End { get; } = new("every reader sees the end");
        public Promise SameOutcome { get; } = new("every reader sees the same outcome");
        public Promise Duplicate { get; } = new("nothing twice");
        public Promise Order { get; } = new("nothing out of order");
        public Promise AfterEnd { get; } = new("nothing after the end");
        public Promise Silent { get; } = new("no state event missed without a gap notice");
        public Promise Superseded { get; } = new("no progress missed but for a newer one of its type, a later attempt or the end");
    }

    /// <summary>Goes through what a reader saw, knowing at each step up to which number it has everything.</summary>
    private sealed class Walk(Watch watch, IReadOnlyList<PublishedEvent> events, Results results)
    {
        private readonly HashSet<long> _seen = [];
        private readonly Dictionary<string, long> _missed = [];

        /// <summary>Null: it has just come without a cursor, so that anything may follow.</summary>
        private long? _position;
        private bool _wasTold;
        private bool _hasEnded;

        public void Run()
        {
            foreach (var step in watch.Steps)
            {
                switch (step.Kind)
                {
                    case StepKind.Connected:
                        _position = step.Sequence < 0 ? null : step.Sequence;
                        _wasTold = false;
                        break;
                    case StepKind.Gap:
                        _wasTold = true;
                        break;
                    case StepKind.Snapshot:
                        Take(step);
                        break;
                    case StepKind.Event:
                        Take(step.Sequence, step.Text);
                        break;
                }
            }

            // A reader that was cut off before newer events arrived does not get them.
            if (_hasEnded || watch.Steps is [.., { Kind: StepKind.Dropped }])
                return;
            foreach (var (type, sequence) in _missed)
                results.Superseded.Check(holds: false, $"{watch.Reader} missed {type} {sequence}, and saw no newer one", watch.Generation);
        }

        private void Take(Step snapshot)
        {
            if (_position is { } from && !_wasTold)
                CheckMissed(from, snapshot.Sequence + 1);
            if (_wasTold || _position is null)
                _seen.Clear();
            _position = snapshot.Sequence;
            _wasTold = false;
            // It is the reduction of everything that was missed.
            _missed.Clear();
            if (snapshot.Text is "completed" or "failed" or "cancelled")
            {
                _hasEnded = true;
                CheckOutcome(snapshot.Sequence, "generation." + snapshot.Text);
            }
        }

        private void Take(long sequence, string type)
        {
            var isNew = _seen.Add(sequence);
            results.Duplicate.Check(isNew, $"{watch.Reader} got {type} {sequence} twice", watch.Generation);
            results.AfterEnd.Check(!_hasEnded || !isNew, $"{watch.Reader} got {type} {sequence} after the end", watch.Generation);
            if (_position is { } from)
            {
                results.Order.Check(sequence > from || !isNew, $"{watch.Reader} got {type} {sequence} when it had {from}", watch.Generation);
                CheckMissed(from, sequence);
            }

            foreach (var (other, missed) in _missed)
            {
                if ((other == type && missed < sequence) || GenerationSequence.Attempt(missed) < GenerationSequence.Attempt(sequence))
                    _missed.Remove(other);
            }

            _position = sequence;
            if (!GenerationEventTypes.IsTerminal(type))
                return;
            _hasEnded = true;
            CheckOutcome(sequence, type);
        }

        private void CheckMissed(long after, long before)
        {
            foreach (var missed in events.Where(e => e.Sequence > after && e.Sequence < before && !e.IsLate))
            {
                if (missed.IsState)
                    results.Silent.Check(holds: false, $"{watch.Reader} missed {missed.Type} {missed.Sequence}: it had {after}, then got {before}", watch.Generation);
                else
                    _missed[missed.Type] = missed.Sequence;
            }

            results.Silent.Check(holds: true, "");
            results.Superseded.Check(holds: true, "");
        }

        private void CheckOutcome(long sequence, string type)
        {
            var outcome = events.FirstOrDefault(e => GenerationEventTypes.IsTerminal(e.Type));
            results.SameOutcome.Check(
                outcome is null || (outcome.Sequence == sequence && outcome.Type == type),
                $"{watch.Reader} saw {type} {sequence}, others {outcome?.Type} {outcome?.Sequence}", watch.Generation);
        }
    }
}
