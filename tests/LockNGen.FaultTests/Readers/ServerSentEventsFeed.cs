using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using LockNGen.FaultTests.Rig;

namespace LockNGen.FaultTests.Readers;

/// <summary>Server-sent events, resumed by <c>Last-Event-ID</c> as a browser does.</summary>
internal sealed class ServerSentEventsFeed(HttpClient http) : IProgressFeed
{
    /// <summary>The rig's gateways send a comment every 5 seconds.</summary>
    private static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(15);

    public async IAsyncEnumerable<Frame> ReadAsync(
        Link gateway, Guid? generation, long? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(MaxSilence);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Http, $"api/sse/progress?generationId={generation}{(after == 0 ? "&after=0" : "")}"));
        if (after > 0)
            request.Headers.Add("Last-Event-ID", after.Value.ToString(CultureInfo.InvariantCulture));
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token);
        answer.EnsureSuccessStatusCode();
        if (answer.StatusCode == HttpStatusCode.NoContent)
            yield break;
        await using var body = await answer.Content.ReadAsStreamAsync(silence.Token);
        using var reader = new StreamReader(body);
        var data = new StringBuilder();
        while (await reader.ReadLineAsync(silence.Token) is { } line)
        {
            silence.CancelAfter(MaxSilence);
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                data.Append(line.AsSpan(6));
            }
            else if (line.Length == 0 && data.Length > 0)
            {
                var frame = Frame.Read(Encoding.UTF8.GetBytes(data.ToString()));
                data.Clear();
                if (frame is { } message)
                    yield return message;
            }
        }
    }
}
