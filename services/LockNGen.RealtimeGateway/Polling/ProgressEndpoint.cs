using System.Globalization;
using System.Text.Json;
using LockNGen.RealtimeGateway.Admission;
using LockNGen.RealtimeGateway.Connections;
using LockNGen.RealtimeGateway.Events;
using LockNGen.RealtimeGateway.Fanout;
using LockNGen.Web.Authentication;
using LockNGen.Web.Problems;

namespace LockNGen.RealtimeGateway.Polling;

/// <summary>
/// <c>GET /api/generations/{id}/progress</c>: the snapshot (with ETag), or with <c>after</c> the events since then, waiting up to
/// <c>wait</c> seconds for one.
/// </summary>
internal sealed class ProgressEndpoint(ConnectionAdmission admission, ProgressBroadcaster broadcaster, DrainState drain, TimeProvider clock)
{
    private const int MaxWaitSeconds = 60;

    /// <summary>Slightly longer than a lookup in the database may take.</summary>
    private static readonly TimeSpan JoinTimeout = TimeSpan.FromSeconds(10);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/generations/{id}/progress", (HttpContext context, string id, ProgressEndpoint endpoint) => endpoint.HandleAsync(context, id))
            .ProducesProblem(400).ProducesProblem(401).ProducesProblem(429)
            .WithTags("Realtime")
            .WithSummary("Snapshot of a generation, or with ?after=sequence&wait=seconds the events since then");

    private async Task HandleAsync(HttpContext context, string id)
    {
        var query = context.Request.Query;
        if (!Guid.TryParseExact(id, "D", out var generationId))
            await RefuseAsync(context, "id", "The generation id is not a UUID.");
        else if (query.ContainsKey("after") && !long.TryParse(query["after"], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            await RefuseAsync(context, "after", "after is not a sequence number.");
        else if (query.ContainsKey("wait") && !(int.TryParse(query["wait"], NumberStyles.None, CultureInfo.InvariantCulture, out var s) && s <= MaxWaitSeconds))
            await RefuseAsync(context, "wait", $"wait is a number of seconds from 0 to {MaxWaitSeconds}.");
        else if (!query.ContainsKey("after"))
            await SnapshotAsync(context, generationId);
        else
            await EventsAsync(context, generationId, long.Parse(query["after"]!, CultureInfo.InvariantCulture), query.ContainsKey("wait") ? int.Parse(query["wait"]!, CultureInfo.InvariantCulture) : 0);
    }

    private static Task RefuseAsync(HttpContext context, string field, string message) =>
        Problem.Invalid(field, ErrorCodes.WrongType, message).ExecuteAsync(context);

    private async Task SnapshotAsync(HttpContext context, Guid generationId)
    {
        if (await admission.IdentifyAsync(context) is not { } caller)
            return;
        var messages = await PollAsync(context, caller, generationId, after: null, wait: 0);
        if (messages is not [var snapshot, ..])
        {
            await Problem.Of(StatusCodes.Status503ServiceUnavailable, "No answer was available in time; ask again.").ExecuteAsync(context);
            return;
        }

        var tag = $"\"{snapshot.Sequence}\"";
        context.Response.Headers.ETag = tag;
        context.Response.Headers.CacheControl = "private, no-cache";
        if (context.Request.Headers.IfNoneMatch.Contains(tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.Body.WriteAsync(snapshot.Json, context.RequestAborted);
    }

    private async Task EventsAsync(HttpContext context, Guid generationId, long after, int wait)
    {
        using var admitted = await admission.AdmitAsync(context);
        if (admitted is null)
            return;
        var messages = await PollAsync(context, admitted.Caller, generationId, after, wait);
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        Write(json, messages, after);
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<ServerMessage> messages, long after)
    {
        json.WriteStartObject();
        var snapshot = messages.LastOrDefault(m => m.Kind == EventKind.Snapshot);
        Write(json, "gap", messages.LastOrDefault(m => m.ControlType == GatewayFrames.GapType));
        Write(json, "snapshot", snapshot);

        json.WriteStartArray("events");
        var from = snapshot?.Sequence ?? after;
        foreach (var message in messages.Where(m => m.Kind < EventKind.Snapshot && m.Sequence > from))
            json.WriteRawValue(message.Json.Span, skipInputValidation: true);
        json.WriteEndArray();
        // After a gap the snapshot decides, even if that means going back: the client's cursor belonged to an earlier history.
        json.WriteNumber("after", messages.Where(m => m.Sequence > 0).Select(m => m.Sequence).DefaultIfEmpty(snapshot is null ? after : 0).Max());
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, ServerMessage? message)
    {
        if (message is null)
            return;
        json.WritePropertyName(name);
        json.WriteRawValue(message.Json.Span, skipInputValidation: true);
    }

    private async Task<IReadOnlyList<ServerMessage>> PollAsync(HttpContext context, Caller caller, Guid generationId, long? after, int wait)
    {
        var poll = new Poll(caller);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, drain.Draining);
        broadcaster.Join(poll, generationId, after);
        try
        {
            await poll.WhenJoined.WaitAsync(JoinTimeout, clock, limit.Token);
            if (wait > 0)
                await poll.WhenAny.WaitAsync(TimeSpan.FromSeconds(wait), clock, limit.Token);
        }
        catch (Exception e) when (e is TimeoutException || (e is OperationCanceledException && drain.IsDraining))
        {
            // No new event is an answer, too.
            return poll.Take();
        }
        finally
        {
            broadcaster.Leave(poll, generationId);
        }

        return poll.Take();
    }
}
