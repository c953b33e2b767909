using System.Runtime.CompilerServices;
using System.Text.Json;
using LockNGen.FaultTests.Rig;

namespace LockNGen.FaultTests.Readers;

/// <summary>Long polling; its connection is an endless row of requests.</summary>
internal sealed class PollingFeed(HttpClient http) : IProgressFeed
{
    private const int WaitSeconds = 5;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(WaitSeconds + 15);

    public async IAsyncEnumerable<Frame> ReadAsync(
        Link gateway, Guid? generation, long? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var cursor = after ?? 0;
        while (true)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Timeout);
            var body = await http.GetByteArrayAsync(
                new Uri(gateway.Http, $"api/generations/{generation}/progress?after={cursor}&wait={WaitSeconds}"), limit.Token);
            using var json = JsonDocument.Parse(body);
            foreach (var message in Messages(json.RootElement))
            {
                if (Frame.Read(message) is { } frame)
                    yield return frame;
            }

            cursor = json.RootElement.GetProperty("after").GetInt64();
        }
    }

    private static IEnumerable<JsonElement> Messages(JsonElement answer)
    {
        if (answer.TryGetProperty("gap", out var gap))
            yield return gap;
        if (answer.TryGetProperty("snapshot", out var snapshot))
            yield return snapshot;
        foreach (var message in answer.GetProperty("events").EnumerateArray())
            yield return message;
    }
}
