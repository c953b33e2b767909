namespace LockNGen.ComfyUiWatcher.ComfyUi;

/// <summary>Adds the credentials for the server's login to every request.</summary>
internal sealed class AccessHandler(Credentials credentials, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await credentials.ApplyAsync(request, cancellationToken);
        return await base.SendAsync(request, cancellationToken);
    }
}

/// <summary>A handshake answered with anything but a WebSocket was answered by something in front of ComfyUI, which is reported by name.</summary>
internal sealed class HandshakeHandler(ServerAccess access, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode == System.Net.HttpStatusCode.SwitchingProtocols)
            return response;
        using (response)
            throw ForeignResponse.Of(response, (await ResponseText.ReadAsync(response, cancellationToken)).ToString(), "the WebSocket's handshake", access);
    }
}
