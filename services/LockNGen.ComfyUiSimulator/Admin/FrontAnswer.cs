namespace LockNGen.ComfyUiSimulator.Admin;

/// <summary>What something in front of ComfyUI, a login or a proxy, answers in its place.</summary>
internal sealed record FrontAnswer
{
    /// <summary>Only requests of this path; null for all.</summary>
    public string? Path { get; init; }

    /// <summary>Only requests of this method; null for all.</summary>
    public string? Method { get; init; }

    /// <summary>Only handshakes of WebSockets (true), or none of them (false); null for both.</summary>
    public bool? WebSocket { get; init; }

    /// <summary>Lets requests through that have this header ("Authorization: Bearer x") or this in their query ("?token=x").</summary>
    public string? Unless { get; init; }

    public int Status { get; init; } = StatusCodes.Status200OK;

    public string? ContentType { get; init; }

    public string Body { get; init; } = "";

    /// <summary>Sent after the body as often as <see cref="Times"/> says, and <see cref="End"/> after that: bodies of any size.</summary>
    public string Repeated { get; init; } = "";

    public int Times { get; init; }

    public string End { get; init; } = "";

    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>For how many requests; by default until it is taken back.</summary>
    public int Count { get; init; } = int.MaxValue;

    public bool Fits(HttpRequest request)
    {
        var isHandshake = request.Headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase);
        return (Path is null || request.Path == Path)
            && (Method is null || request.Method.Equals(Method, StringComparison.OrdinalIgnoreCase))
            && (WebSocket is null || WebSocket == isHandshake)
            && !IsLetThrough(request);
    }

    public async Task WriteAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        response.StatusCode = Status;
        response.ContentType = ContentType;
        foreach (var (name, value) in Headers)
            response.Headers.Append(name, value);
        await response.WriteAsync(Body, cancellationToken);
        for (var i = 0; i < Times; i++)
            await response.WriteAsync(Repeated, cancellationToken);
        await response.WriteAsync(End, cancellationToken);
    }

    private bool IsLetThrough(HttpRequest request)
    {
        if (Unless is null)
            return false;
        if (Unless.StartsWith('?'))
            return request.QueryString.Value?.TrimStart('?').Split('&').Contains(Unless[1..]) == true;
        var parts = Unless.Split(": ", 2);
        return request.Headers[parts[0]] == parts.ElementAtOrDefault(1);
    }
}
