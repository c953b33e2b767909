using System.Net;
using System.Net.WebSockets;
using System.Reflection;
using LockNGen.ComfyUiSimulator.Control;
using LockNGen.ComfyUiSimulator.Sockets;

namespace LockNGen.ComfyUiSimulator.Admin;

/// <summary>
/// <c>/simulator/*</c>: routes with which tests and the fault rig inject faults, hold runs and read state. Loopback only. Every route is described in
/// this service's README.
/// </summary>
internal static class AdminEndpoints
{
    public const string Prefix = "/simulator";
    private const int MaxFrameBytes = 64 * 1024 * 1024;
    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(5);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var admin = routes.MapGroup(Prefix).AddEndpointFilter(AllowLoopbackOnlyAsync);
        MapHttpFaults(admin);
        MapSocketFaults(admin);
        MapProcessFaults(admin);
        MapHolds(admin);
        CatalogEndpoints.Map(admin);
        admin.MapGet("/renders", (RenderLog renders) => TypedResults.Json(renders.All(), SimulatorJson.Default.RenderArray));
    }

    private static void MapHttpFaults(RouteGroupBuilder admin)
    {
        admin.MapPost("/freeze", (Faults faults) => faults.Freeze.Freeze());
        admin.MapPost("/unfreeze", (Faults faults) => faults.Freeze.Thaw());
        admin.MapPost("/http-delay", (int milliseconds, Faults faults) => SetDuration(milliseconds, d => faults.HttpDelay = d));
        admin.MapPost("/history-lag", (int milliseconds, Faults faults) => SetDuration(milliseconds, d => faults.HistoryLag = d));
        admin.MapPost("/http-errors", (int count, string? path, Faults faults) =>
            faults.FailNextRequests(new HttpFault(path, AnswerIsLost: false, count)));
        admin.MapPost("/lost-answers", (int count, string? path, Faults faults) =>
            faults.FailNextRequests(new HttpFault(path, AnswerIsLost: true, count)));
        admin.MapPost("/answers", IResult (FrontResponse answer, Faults faults) => faults.Answer(answer)
            ? TypedResults.Ok()
            : TypedResults.Problem("There are too many answers; take some back.", statusCode: StatusCodes.Status409Conflict));
        admin.MapDelete("/answers", (Faults faults) => faults.AnswerNoMore());
    }

    private static void MapSocketFaults(RouteGroupBuilder admin)
    {
        admin.MapGet("/sockets", (ComfyUiServer server) => TypedResults.Json(
            [.. server.Sockets.Open().Select(s => new SocketStatus(s.Connection.ClientId, s.Registered, s.Connection.IsDeaf, s.Connection.FramesSent))],
            SimulatorJson.Default.SocketStatusArray));
        admin.MapPost("/sockets/drop", (string? clientId, ComfyUiServer server) => ForEach(server, clientId, c => c.Abort()));
        admin.MapPost("/sockets/deafen", (string? clientId, ComfyUiServer server) => ForEach(server, clientId, c => c.IsDeaf = true));
        admin.MapPost("/frames", SendFrameAsync);
    }

    private static void MapProcessFaults(RouteGroupBuilder admin)
    {
        admin.MapPost("/zombie", (bool? silent, ComfyUiServer server) => server.Worker.Kill(silent ?? false));
        admin.MapPost("/restart", (Simulator simulator, CancellationToken cancellationToken) => simulator.RestartAsync(cancellationToken));
        admin.MapPost("/crash", IResult (HttpContext context) => Crash(context));
        admin.MapPost("/fail-node", (string classType, bool? outOfMemory, int? count, Faults faults) =>
            faults.FailNode(classType, outOfMemory ?? false, count ?? 1));
    }

    private static void MapHolds(RouteGroupBuilder admin)
    {
        admin.MapPost("/holds", IResult (HoldRequest request, Faults faults) => faults.Holds.Add(request) is { } id
            ? TypedResults.Json(new HoldStatus(id, Reached: false, PromptId: null), SimulatorJson.Default.HoldStatus)
            : TypedResults.Problem("There are too many holds; release some.", statusCode: StatusCodes.Status409Conflict));
        admin.MapGet("/holds/{id:guid}", async Task<IResult> (Guid id, int? timeoutSeconds, Faults faults, CancellationToken cancellationToken) =>
        {
            return await faults.Holds.WaitAsync(id, Limit(timeoutSeconds), cancellationToken) is { } status
                ? TypedResults.Json(status, SimulatorJson.Default.HoldStatus)
                : TypedResults.NotFound();
        });
        admin.MapDelete("/holds/{id:guid}", IResult (Guid id, Faults faults) => faults.Holds.Release(id) ? TypedResults.Ok() : TypedResults.NotFound());
        admin.MapDelete("/holds", (Faults faults) => faults.Holds.ReleaseAll());
        admin.MapGet("/interrupt", async Task<IResult> (int? timeoutSeconds, ComfyUiServer server, CancellationToken cancellationToken) =>
        {
            var set = server.Worker.Interrupt.WhenSet;
            return await Task.WhenAny(set, Task.Delay(Limit(timeoutSeconds), cancellationToken)) == set ? TypedResults.Ok() : TypedResults.NotFound();
        });
    }

    private static TimeSpan Limit(int? timeoutSeconds) => TimeSpan.FromSeconds(Math.Clamp(timeoutSeconds ?? 30, 0, MaxWait.TotalSeconds));

    /// <summary>Sends the request's body as one frame: garbage, false information, or with <c>end=false</c> a message that never ends.</summary>
    private static async Task<IResult> SendFrameAsync(
        HttpRequest request, string? clientId, bool? text, bool? end, ComfyUiServer server, CancellationToken cancellationToken)
    {
        if (request.ContentLength is null or > MaxFrameBytes)
            return TypedResults.Problem($"The frame needs a Content-Length of at most {MaxFrameBytes} bytes.", statusCode: StatusCodes.Status413PayloadTooLarge);
        var payload = new byte[request.ContentLength.Value];
        await request.Body.ReadExactlyAsync(payload, cancellationToken);
        server.Sockets.Post(new Frame(text ?? false ? WebSocketMessageType.Text : WebSocketMessageType.Binary, payload, clientId) { EndOfMessage = end ?? true });
        return TypedResults.Ok();
    }

    private static IResult SetDuration(int milliseconds, Action<TimeSpan> set)
    {
        if (milliseconds < 0 || milliseconds > MaxWait.TotalMilliseconds)
            return TypedResults.Problem($"milliseconds must be 0 to {MaxWait.TotalMilliseconds}.", statusCode: StatusCodes.Status400BadRequest);
        set(TimeSpan.FromMilliseconds(milliseconds));
        return TypedResults.Ok();
    }

    private static void ForEach(ComfyUiServer server, string? clientId, Action<SocketConnection> action)
    {
        foreach (var (connection, _) in server.Sockets.Open())
        {
            if (clientId is null || connection.ClientId == clientId)
                action(connection);
        }
    }

    /// <summary>Like <c>kill -9</c>: no close frames, no answer, nothing flushed. Refused if the simulator runs inside another process.</summary>
    private static IResult Crash(HttpContext context)
    {
        if (Assembly.GetEntryAssembly() != typeof(AdminEndpoints).Assembly)
            return TypedResults.Problem("The simulator runs inside another process, which a crash would end too.", statusCode: StatusCodes.Status409Conflict);
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        self.Kill();
        context.Abort();
        return TypedResults.Empty;
    }

    private static async ValueTask<object?> AllowLoopbackOnlyAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var address = invocation.HttpContext.Connection.RemoteIpAddress;
        return address is null || IPAddress.IsLoopback(address) ? await next(invocation) : TypedResults.NotFound();
    }
}
