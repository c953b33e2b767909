using System.Globalization;
using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Timelines;
using LockNGen.Contracts;
using Microsoft.AspNetCore.Http.Features;

namespace LockNGen.ComfyDoors.V2;

/// <summary>
/// <c>/api/v2/jobs/{id}/events</c>: the state of a job, and then its changes. Everything is polled periodically, so an event that
/// is lost only costs time. Outputs come before the status that ends the stream, because clients leave after it. A client that reconnects with Last-Event-ID is
/// not sent known outputs again, nor an unchanged status.
/// </summary>
internal sealed class JobEvents(GenerationApiClient api, JobWatch watch, TimeProvider clock)
{
    /// <summary>Some clients abandon a stream that is silent for 45 seconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Throttle = TimeSpan.FromMilliseconds(500);

    public async Task<IResult> StreamAsync(string id, DoorCaller caller, HttpContext context)
    {
        if (!Guid.TryParse(id, out var known) || await api.FindLinkedAsync(caller, known, context.RequestAborted) is null)
            return V2Results.NotFound("You have no job of this id.");
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            await new Stream(api, watch, clock, known, caller, context).RunAsync();
        }
        catch (ApiException)
        {
            // The headers have been sent; the client polls or reconnects.
            context.Abort();
        }

        return TypedResults.Empty;
    }

    /// <summary>One client's stream.</summary>
    private sealed class Stream(GenerationApiClient api, JobWatch watch, TimeProvider clock, Guid id, DoorCaller caller, HttpContext context)
    {
        private JobEventId _sent = JobEventId.Parse(context.Request.Headers["Last-Event-ID"]);
        private DateTimeOffset _progressAt;
        private DateTimeOffset _previewAt;

        public async Task RunAsync()
        {
            using var follower = watch.Follow(id);
            var job = await LookAsync();
            if (job is null)
                return;
            if (watch.ProgressOf(id) is { } progress)
                await WriteAsync("progress", JobShapes.Progress(progress));
            if (watch.PreviewOf(id) is { } preview)
                await PreviewAsync(preview);
            while (job is not null)
            {
                switch (await follower.NextAsync(Patience, context.RequestAborted))
                {
                    case null:
                        await context.Response.WriteAsync(": still here\n\n", context.RequestAborted);
                        await context.Response.Body.FlushAsync(context.RequestAborted);
                        job = await LookAsync();
                        break;
                    case GenerationProgressed now when IsDue(ref _progressAt) || now.Data.Step == now.Data.TotalSteps:
                        await WriteAsync("progress", JobShapes.Progress(now.Data));
                        break;
                    case GenerationPreviewBytes now when IsDue(ref _previewAt):
                        await PreviewAsync(now);
                        break;
                    case GenerationQueued or GenerationStarted or GenerationImageCompleted or GenerationCompleted or GenerationFailed or GenerationCancelled:
                        job = await LookAsync();
                        break;
                }
            }
        }

        /// <summary>Sends what is new; null after the end.</summary>
        private async Task<Prompt?> LookAsync()
        {
            if (await api.FindLinkedAsync(caller, id, context.RequestAborted) is not { } job)
                return null;
            var status = JobShapes.StatusEvent(job.Generation);
            if (_sent.Status.Length == 0 && !job.Generation.HasEnded)
                await StatusAsync(status);
            for (var i = _sent.Outputs; i < job.Generation.Images.Count; i++)
            {
                _sent = _sent with { Outputs = i + 1 };
                await WriteAsync("output", JobShapes.Output(context.Request, job, i));
            }

            if (JobEventId.WordOf(status) != _sent.Status)
                await StatusAsync(status);
            return job.Generation.HasEnded ? null : job;
        }

        private Task StatusAsync(JsonObject status)
        {
            _sent = _sent with { Status = JobEventId.WordOf(status) };
            return WriteAsync("status", status);
        }

        private Task PreviewAsync(GenerationPreviewBytes preview) => preview.ContentType != "image/jpeg"
            ? Task.CompletedTask
            : WriteAsync("preview", new JsonObject { ["node_id"] = preview.NodeId ?? "", ["content_type"] = preview.ContentType, ["data_base64"] = Convert.ToBase64String(preview.Bytes) });

        private async Task WriteAsync(string name, JsonObject data)
        {
            _sent = _sent with { Number = _sent.Number + 1 };
            await context.Response.WriteAsync(
                string.Create(CultureInfo.InvariantCulture, $"event: {name}\nid: {_sent}\ndata: {V2Results.Text(data)}\n\n"), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }

        private bool IsDue(ref DateTimeOffset last)
        {
            var now = clock.GetUtcNow();
            if (now - last < Throttle)
                return false;
            last = now;
            return true;
        }
    }
}
