namespace LockNGen.ComfyUiSimulator.Control;

/// <summary>The answer of something in front of ComfyUI, such as a login or a proxy.</summary>
/// <remarks>Not init: the generated reader would set absent properties to 0 and null.</remarks>
internal sealed record FrontResponse
{
    /// <summary>Only requests for this path; null for all.</summary>
    public string? Path { get; set; }

    /// <summary>Only requests of this method; null for all.</summary>
    public string? Method { get; set; }

    /// <summary>Only WebSocket handshakes (true), or everything else (false); null for both.</summary>
    public bool? WebSocket { get; set; }

    /// <summary>Lets requests through that have this header ("Authorization: Bearer x") or this in their query ("?token=x").</summary>
    public string? Unless { get; set; }

    public int Status { get; set; } = StatusCodes.Status200OK;

    public string? ContentType { get; set; }

    public string Body { get; set; } = "";

    /// <summary>Sent after the body as often as <see cref="Times"/> says, and <see cref="End"/> after that: bodies of any size.</summary>
    public string Repeated { get; set; } = "";

    public int Times { get; set; }

    public string End { get; set; } = "";

    public Dictionary<string, string> Headers { get; set; } = [];

    /// <summary>For how many requests; by default until it is deleted.</summary>
    public int Count { get; set; } = int.MaxValue;

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
