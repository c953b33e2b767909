using LockNGen.RealtimeGateway.Admission;
using LockNGen.RealtimeGateway.Events;
using LockNGen.RealtimeGateway.History;
using LockNGen.Web.Problems;

namespace LockNGen.RealtimeGateway.Previews;

/// <summary><c>GET /api/generations/{id}/preview</c>: the newest preview image.</summary>
internal sealed class PreviewEndpoint(ConnectionAdmission admission, GenerationLogs logs)
{
    /// <summary>
    /// How long the first request waits at a replica that has not received the generation's previews so far: a few come each second. A client that heard
    /// of a preview from another replica finds one here, too.
    /// </summary>
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/generations/{id}/preview", (HttpContext context, string id, PreviewEndpoint endpoint) => endpoint.HandleAsync(context, id))
            .ProducesProblem(400).ProducesProblem(401).ProducesProblem(404)
            .WithTags("Realtime")
            .WithSummary("The newest preview image of a running generation");

    private async Task HandleAsync(HttpContext context, string id)
    {
        if (!Guid.TryParseExact(id, "D", out var generationId))
        {
            await Problem.Of(StatusCodes.Status400BadRequest, "The generation id is not a UUID.").ExecuteAsync(context);
            return;
        }

        if (await admission.RecogniseAsync(context) is not { } caller)
            return;
        if (!logs.TryGet(generationId, out var log) || !caller.MaySee(log.Owner) || await NewestAsync(log, context.RequestAborted) is not { } preview)
        {
            await Problem.Of(StatusCodes.Status404NotFound, "This generation has no preview now.").ExecuteAsync(context);
            return;
        }

        var tag = $"\"{preview.Sequence}\"";
        context.Response.Headers.ETag = tag;
        context.Response.Headers.CacheControl = "private, no-cache";
        context.Response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        // The bytes come from a workflow: they must not be interpreted as anything but a picture.
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (context.Request.Headers.IfNoneMatch.Contains(tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = preview.ContentType;
        context.Response.ContentLength = preview.Bytes.Length;
        await context.Response.Body.WriteAsync(preview.Bytes, context.RequestAborted);
    }

    private async Task<NewestPreview?> NewestAsync(GenerationLog log, CancellationToken cancellationToken)
    {
        if (log.HasEnded || !logs.Wanted.Want(log.GenerationId) || log.Preview is not null)
            return log.Preview;
        try
        {
            return await log.PreviewAsync().WaitAsync(FirstWait, logs.Clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }
}
