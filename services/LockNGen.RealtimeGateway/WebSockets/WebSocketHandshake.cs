using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace LockNGen.RealtimeGateway.WebSockets;

/// <summary>
/// The server's side of the opening handshake (RFC 6455, section 4.2; RFC 8441 over HTTP/2). ASP.NET Core's own would do, but returns a
/// socket that frames every message again for every client.
/// </summary>
internal static class WebSocketHandshake
{
    private const string Version = "13";

    /// <summary>Null if the request is a valid handshake; otherwise what is wrong with it.</summary>
    public static string? Check(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: "websocket" })
            return null;
        if (context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true }
            || !string.Equals(headers.Upgrade, "websocket", StringComparison.OrdinalIgnoreCase))
        {
            return "This address speaks WebSocket: connect with a WebSocket client, or use /api/sse/progress.";
        }

        if (headers.SecWebSocketVersion != Version)
        {
            context.Response.Headers.SecWebSocketVersion = Version;
            return "Only version 13 of the WebSocket protocol is spoken here.";
        }

        Span<byte> key = stackalloc byte[18];
        return Convert.TryFromBase64String(headers.SecWebSocketKey.ToString(), key, out var length) && length == 16
            ? null
            : "Sec-WebSocket-Key must be 16 bytes in base64.";
    }

    /// <summary>Answers 101 and returns the raw stream.</summary>
    public static async ValueTask<Stream> AcceptAsync(HttpContext context, bool deflate)
    {
        var headers = context.Response.Headers;
        if (deflate)
            headers.SecWebSocketExtensions = DeflateOffer.Answer;
        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect)
        {
            context.Response.StatusCode = (int)HttpStatusCode.OK;
            return await connect.AcceptAsync();
        }

        headers.Connection = HeaderNames.Upgrade;
        headers.Upgrade = "websocket";
        headers.SecWebSocketAccept = AcceptKey(context.Request.Headers.SecWebSocketKey.ToString());
        return await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
    }

    private static string AcceptKey(string key)
    {
#pragma warning disable CA5350 // RFC 6455 requires SHA-1; it only proves that the server has read the header.
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
    }
}
