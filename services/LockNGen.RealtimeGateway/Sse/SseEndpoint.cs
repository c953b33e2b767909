using System.Globalization;
using LockNGen.RealtimeGateway.Admission;
using LockNGen.RealtimeGateway.Connections;
using LockNGen.RealtimeGateway.Events;
using LockNGen.RealtimeGateway.Fanout;
using LockNGen.RealtimeGateway.History;
using LockNGen.Web.Problems;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace LockNGen.RealtimeGateway.Sse;

/// <summary><c>GET /api/sse/progress</c>: the same messages as the WebSocket's, for clients that cannot use one.</summary>
internal sealed class SseEndpoint(
    ConnectionAdmission admission, ProgressBroadcaster broadcaster, GenerationLogs logs, ClientConnections connections, IOptions<ConnectionOptions> options)
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/sse/progress", (HttpContext context, SseEndpoint endpoint) => endpoint.HandleAsync(context)).ExcludeFromDescription();

    private async Task HandleAsync(HttpContext context)
    {
        using var admitted = await admission.AdmitAsync(context);
        if (admitted is null)
            return;
        var (query, error) = ProgressQuery.Parse(context.Request.Query, logs, options.Value.MaxSubscriptions);
        if (query is null)
        {
            await Problem.Of(StatusCodes.Status400BadRequest, error!).ExecuteAsync(context);
            return;
        }

        var generations = Resumed(query.Generations, context.Request.Headers["Last-Event-ID"].ToString());
        if (generations is [var (id, cursor)] && logs.TryGet(id, out var log) && log.HasEnded && cursor >= log.LastSequence && admitted.Caller.MaySee(log.Owner))
        {
            // The client has everything: 204 tells an EventSource not to reconnect.
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        await BeginAsync(context);
        var isSingle = generations.Count == 1;
        var connection = connections.Create(
            admitted.Caller, new EventStreamTransport(context, isSingle), query.View, answersPings: false, endsWithGeneration: isSingle);
        try
        {
            await using var gone = context.RequestAborted.Register(connection.Abort);
            connection.Send(GatewayFrames.Ready(connection.Id, options.Value.PingInterval));
            broadcaster.Subscribe(connection, generations);
            await connection.EndedAsync();
        }
        finally
        {
            broadcaster.Leave(connection);
            connections.Remove(connection);
        }
    }

    /// <summary>With one generation the last event's id is its cursor; with several a reconnect gets snapshots.</summary>
    private static IReadOnlyList<(Guid GenerationId, long? After)> Resumed(IReadOnlyList<(Guid GenerationId, long? After)> generations, string lastEventId) =>
        generations.Count == 1 && long.TryParse(lastEventId, NumberStyles.None, CultureInfo.InvariantCulture, out var cursor)
            ? [(generations[0].GenerationId, cursor)]
            : generations;

    private static async Task BeginAsync(HttpContext context)
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var headers = context.Response.Headers;
        headers.ContentType = "text/event-stream; charset=utf-8";
        headers.CacheControl = "no-store, no-transform";
        // nginx buffers responses by default.
        headers["X-Accel-Buffering"] = "no";
        await context.Response.WriteAsync("retry: 2000\n\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
