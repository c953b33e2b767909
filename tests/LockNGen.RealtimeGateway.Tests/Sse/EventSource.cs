namespace LockNGen.RealtimeGateway.Tests.Sse;

/// <summary>Reads an SSE stream line by line.</summary>
internal sealed class EventSource : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly StreamReader _reader;

    private EventSource(HttpResponseMessage response, Stream stream)
    {
        Response = response;
        _reader = new StreamReader(stream);
    }

    public HttpResponseMessage Response { get; }

    public static async Task<EventSource> OpenAsync(GatewayHost gateway, string query, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/sse/progress?" + query);
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        var response = await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return new EventSource(response, await response.Content.ReadAsStreamAsync());
    }

    public static List<(string? Id, string Type, string Data)> Parse(IEnumerable<string> lines)
    {
        var events = new List<(string?, string, string)>();
        string? id = null;
        var (type, data) = ("", "");
        foreach (var line in lines)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line[4..];
            else if (line.StartsWith("event: ", StringComparison.Ordinal))
                type = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                data += line[6..];
            else if (line.Length == 0 && data.Length > 0)
            {
                events.Add((id, type, data));
                (id, type, data) = (null, "", "");
            }
        }

        return events;
    }

    public async Task<List<string>> ReadToEndAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        var lines = new List<string>();
        while (await _reader.ReadLineAsync(limit.Token) is { } line)
            lines.Add(line);
        return lines;
    }

    public async Task<bool> UntilAsync(string wanted)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (await _reader.ReadLineAsync(limit.Token) is { } line)
        {
            if (line == wanted)
                return true;
        }

        return false;
    }

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        Response.Dispose();
        return ValueTask.CompletedTask;
    }
}
