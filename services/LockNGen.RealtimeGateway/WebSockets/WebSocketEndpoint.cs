using System.IO.Pipelines;
using System.Net.WebSockets;
using LockNGen.RealtimeGateway.Admission;
using LockNGen.RealtimeGateway.Connections;
using LockNGen.RealtimeGateway.Events;
using LockNGen.RealtimeGateway.Fanout;
using LockNGen.RealtimeGateway.History;
using LockNGen.Web.Authentication;
using LockNGen.Web.Problems;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Options;

namespace LockNGen.RealtimeGateway.WebSockets;

/// <summary><c>GET /api/ws/progress</c>.</summary>
internal sealed partial class WebSocketEndpoint(
    ConnectionAdmission admission,
    AllowedOrigins origins,
    ProgressBroadcaster broadcaster,
    GenerationLogs logs,
    ClientConnections connections,
    IOptions<ConnectionOptions> options,
    TimeProvider clock,
    ILogger<WebSocketEndpoint> logger)
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.Map("/api/ws/progress", (HttpContext context, WebSocketEndpoint endpoint) => endpoint.HandleAsync(context)).ExcludeFromDescription();

    private async Task HandleAsync(HttpContext context)
    {
        if (WebSocketHandshake.Check(context) is { } problem)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, problem);
            return;
        }

        // Browsers let any page open a WebSocket to any server, with cookies; only the server can check which page it is.
        if (!origins.Allows(context.Request))
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "Pages of this origin may not connect; see Cors:Origins.");
            return;
        }

        if (await admission.AdmitAsync(context) is not { } admitted)
            return;
        var isOpen = false;
        try
        {
            var (query, error) = ProgressQuery.Parse(context.Request.Query, logs, options.Value.MaxSubscriptions);
            if (query is null)
            {
                // A client that has received the answer may reconnect at once.
                admitted.Dispose();
                await RefuseAsync(context, StatusCodes.Status400BadRequest, error!);
                return;
            }

            await OpenAsync(context, admitted, query);
            isOpen = true;
        }
        finally
        {
            if (!isOpen)
                admitted.Dispose();
        }
    }

    private Task RefuseAsync(HttpContext context, int status, string detail)
    {
        LogRefused(status, detail, context.Request.Headers.Origin.ToString());
        return Problem.Of(status, detail).ExecuteAsync(context);
    }

    private async Task OpenAsync(HttpContext context, Admitted admitted, ProgressQuery query)
    {
        if (context.Features.Get<IConnectionSocketFeature>() is { } connectionSocket)
            connectionSocket.Socket.SendBufferSize = options.Value.SendBufferBytes;
        var deflate = options.Value.Compression && DeflateOffer.IsAcceptable(context.Request.Headers.SecWebSocketExtensions);
        var stream = await WebSocketHandshake.AcceptAsync(context, deflate);
        if (RawConnection.Of(context) is { } raw)
        {
            raw.AfterHttp(rest => RunAsync(admitted, query, new RawWebSocketTransport(raw, deflate), rest));
            return;
        }

        // With TLS and HTTP/2, frames cannot be written to the socket directly.
        var input = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true, useZeroByteReads: true));
        await RunAsync(admitted, query, new UpgradedWebSocketTransport(context, stream, deflate), input);
        await input.CompleteAsync();
    }

    private async Task RunAsync(Admitted admitted, ProgressQuery query, WebSocketTransport transport, PipeReader input)
    {
        var connection = connections.Create(admitted.Caller, transport, query.View);
        try
        {
            connection.Send(GatewayFrames.Ready(connection.Id, options.Value.PingInterval));
            broadcaster.Subscribe(connection, query.Generations);
            using var socket = WebSocket.CreateFromStream(new WebSocketInput(input, connection), new WebSocketCreationOptions
            {
                IsServer = true,
                KeepAliveInterval = TimeSpan.Zero,
                DangerousDeflateOptions = transport.Deflate ? new WebSocketDeflateOptions { ClientContextTakeover = false, ServerContextTakeover = false } : null,
            });
            await new WebSocketSession(socket, connection, admitted, broadcaster, options.Value, clock).RunAsync();
            await connection.EndedAsync();
        }
        finally
        {
            broadcaster.Leave(connection);
            connections.Remove(connection);
            admitted.Dispose();
        }
    }

    [LoggerMessage(LogLevel.Debug, "Refused a handshake with {Status}: {Reason} (origin {Origin})")]
    private partial void LogRefused(int status, string reason, string origin);
}
