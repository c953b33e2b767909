using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using LockNGen.Contracts;
using LockNGen.RealtimeGateway.Events;
using LockNGen.RealtimeGateway.History;
using static LockNGen.RealtimeGateway.Tests.History.TestLogs;
using static LockNGen.RealtimeGateway.Tests.SomeEvents;

namespace LockNGen.RealtimeGateway.Tests.History;

/// <summary>Whatever happens on the way, a client ends with the same state as one that never left.</summary>
public sealed class ResumeProperties
{
    private enum Step
    {
        Deliver,
        DeliverTwice,
        SkipAndRepair,
        LoseProgress,
        DisconnectClient,
        ResumeClient,
        Shrink,
    }

    [Fact]
    public void AnyInterleaving_OfEventsHolesDuplicatesAndResumes_EndsInTheSameReduction()
    {
        var steps = Gen.Elements(Enum.GetValues<Step>()).ListOf();
        var ring = Gen.Choose(1, 12);
        Prop.ForAll(
                steps.SelectMany(s => ring.Select(r => (Steps: s.ToList(), Ring: r))).ToArbitrary(),
                run => EndsTheSame(run.Steps, run.Ring))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(400).WithEndSize(80));
    }

    private static bool EndsTheSame(List<Step> steps, int ring)
    {
        var id = Guid.NewGuid();
        var life = MixedLife(id).ToList();
        var log = Create(new RingOptions { Events = ring }).GetOrAdd(id);
        var everybody = new AudienceOfAll();
        var client = new Client(id);
        client.Join(log);
        // No one knows it before its first event, as the database would answer.
        log.Seed(answer: null, everybody);
        var next = 0;

        foreach (var step in steps)
            Take(step);
        while (next < life.Count)
            Take(Step.Deliver);
        client.Leave(log);
        client.Join(log);

        var expected = life.Aggregate(GenerationReducer.Empty(id, default), GenerationReducer.Reduce);
        return JsonSerializer.Serialize(client.Reduced()) == JsonSerializer.Serialize(expected);

        void Take(Step step)
        {
            switch (step)
            {
                case Step.Deliver when next < life.Count:
                    Append(next++);
                    break;
                case Step.DeliverTwice when next > 0:
                    Append(next / 2);
                    Append(next - 1);
                    break;
                case Step.SkipAndRepair when next + 1 < life.Count && next > 0:
                    // The stream returns all state events again, including the missing one; a missing progress event is not a hole.
                    if (log.Append(Message(life[next + 1]), owner: null, everybody) == AppendOutcome.Hole)
                        log.Repair(life.Take(next + 2).Where(IsState).Select(Message), isComplete: true, everybody);
                    Append(next);
                    next += 2;
                    break;
                case Step.LoseProgress when next < life.Count && !IsState(life[next]):
                    next++;
                    break;
                case Step.DisconnectClient:
                    client.Leave(log);
                    break;
                case Step.ResumeClient:
                    client.Leave(log);
                    client.Join(log);
                    break;
                case Step.Shrink:
                    log.Shrink();
                    break;
            }
        }

        void Append(int index)
        {
            // Between two attempts something might be missing; the stream shows that nothing is.
            if (log.Append(Message(life[index]), owner: null, everybody) == AppendOutcome.Hole)
                log.Repair([], isComplete: true, everybody);
        }
    }

    private static bool IsState(GenerationEvent message) => !GenerationEventTypes.IsProgress(message.Type);

    /// <summary>Two attempts with everything that a generation may go through.</summary>
    private static IEnumerable<GenerationEvent> MixedLife(Guid id)
    {
        yield return Queued(id, 1, position: 2);
        yield return Queued(id, 2, position: 1);
        yield return Started(id);
        yield return Node(id, First(2), "CLIPTextEncode");
        for (var n = 3; n < 20; n++)
            yield return n % 4 == 0 ? Preview(id, First(n)) : Progress(id, First(n), n, previewUrl: $"/p?s={n}");
        yield return Image(id, First(20));
        static long Second(long n) => GenerationSequence.Of(2, n);
        yield return Queued(id, Second(1));
        yield return Started(id, GenerationSequence.Of(3, 1));
        for (var n = 2; n < 20; n++)
            yield return n % 5 == 0 ? Node(id, GenerationSequence.Of(3, n)) : Progress(id, GenerationSequence.Of(3, n), 20 + n);
        yield return Completed(id, GenerationSequence.Of(3, 20));
    }

    /// <summary>Reduces what it receives, as the TypeScript client does.</summary>
    private sealed class Client(Guid id)
    {
        private Recorder _connection = new();
        private GenerationSnapshot _state = GenerationReducer.Empty(id, default);

        public void Join(GenerationLog log)
        {
            _connection = new Recorder();
            log.Join(_connection, _state.Sequence);
        }

        public void Leave(GenerationLog log)
        {
            log.Leave(_connection);
            _state = Reduced();
            _connection = new Recorder();
        }

        public GenerationSnapshot Reduced() => _connection.Messages.Aggregate(_state, (state, message) => message.Kind switch
        {
            EventKind.Snapshot when message.Sequence >= state.Sequence => JsonSerializer.Deserialize(message.Json.Span, ContractsJson.Default.GenerationSnapshot)!,
            EventKind.Snapshot or EventKind.Control => state,
            _ => GenerationReducer.Reduce(state, message),
        });
    }
}
