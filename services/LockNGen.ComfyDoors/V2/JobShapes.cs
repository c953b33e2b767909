using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Shapes;
using LockNGen.Contracts;

namespace LockNGen.ComfyDoors.V2;

/// <summary>A generation in the format of Comfy API v2.</summary>
internal static class JobShapes
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static JsonObject Job(HttpRequest request, Prompt prompt, GenerationProgressedData? progress)
    {
        var job = Record(prompt, progress);
        job["outputs"] = new JsonArray([.. Enumerable.Range(0, prompt.Generation.Images.Count).Select(i => Output(request, prompt, i))]);
        job["urls"] = new JsonObject
        {
            ["self"] = Addresses.OfJob(request, prompt.Id),
            ["events"] = Addresses.OfJob(request, prompt.Id, "/events"),
            ["cancel"] = Addresses.OfJob(request, prompt.Id, "/cancel"),
        };
        return job;
    }

    /// <summary>A job in a list: without outputs and addresses.</summary>
    public static JsonObject Record(Prompt prompt, GenerationProgressedData? progress)
    {
        var generation = prompt.Generation;
        var job = new JsonObject
        {
            ["id"] = prompt.Id.ToString(),
            ["status"] = Status(generation),
            ["created_at"] = Time(generation.CreatedAt),
            ["started_at"] = Time(generation.StartedAt),
            ["completed_at"] = Time(generation.EndedAt),
            ["expires_at"] = Time(prompt.ExpiresAt),
            ["queue_position"] = Status(generation) == "queued" ? generation.Position ?? 0 : null,
            ["progress"] = Progress(generation, progress),
            ["error"] = Error(generation),
            ["metrics"] = new JsonObject
            {
                ["queue_ms"] = Milliseconds(generation.StartedAt - generation.CreatedAt),
                ["execution_ms"] = Milliseconds(generation.EndedAt - generation.StartedAt),
            },
        };
        if (generation.Metadata is { } metadata)
            job["metadata"] = JsonObject.Create(metadata);
        return job;
    }

    public static string Status(Generation generation) => generation.Status switch
    {
        GenerationStatus.Completed => "succeeded",
        GenerationStatus.Failed => generation.Error?.Code == GenerationErrorCodes.QueueTimeout ? "expired" : "failed",
        GenerationStatus.Cancelled => "canceled",
        _ when generation.CancelRequestedAt is not null => "canceling",
        GenerationStatus.Running => "running",
        _ => "queued",
    };

    public static JsonObject StatusEvent(Generation generation) =>
        new() { ["status"] = Status(generation), ["queue_position"] = Status(generation) == "queued" ? generation.Position ?? 0 : null };

    /// <summary>How far it is; null before it has begun.</summary>
    public static JsonObject? Progress(Generation generation, GenerationProgressedData? progress)
    {
        if (generation.StartedAt is null)
            return null;
        if (progress is not null && !generation.HasEnded)
            return Progress(progress);
        return new JsonObject
        {
            ["value"] = generation.Status == GenerationStatus.Completed ? 1 : generation.OverallProgress / 100.0,
            ["nodes_done"] = progress?.NodesDone ?? 0,
            ["nodes_total"] = progress?.NodesTotal ?? 0,
        };
    }

    public static JsonObject Progress(GenerationProgressedData progress) => new()
    {
        ["value"] = progress.OverallProgress / 100.0,
        ["nodes_done"] = progress.NodesDone ?? 0,
        ["nodes_total"] = progress.NodesTotal ?? 0,
        ["current_node"] = progress.NodeId,
        ["current_node_class"] = progress.CurrentNode,
        ["step"] = progress.Step,
        ["steps"] = progress.TotalSteps,
        ["message"] = progress.CurrentNode is null ? null : $"{progress.CurrentNode} {progress.Step}/{progress.TotalSteps}",
    };

    /// <summary>A result as an asset, with an id that identifies it.</summary>
    public static JsonObject Output(HttpRequest request, Prompt prompt, int index)
    {
        var file = prompt.Generation.Images[index];
        return new JsonObject
        {
            ["node_id"] = file.NodeId ?? "",
            ["name"] = file.Filename ?? FileNames.Of(prompt.Id, file),
            ["type"] = Kind(file),
            ["content_type"] = file.ContentType,
            ["size_bytes"] = file.Bytes ?? 0,
            ["id"] = AssetId.Of(prompt.Id, file.Index),
            ["hash"] = null,
            ["url"] = Addresses.Of(request, prompt.Links![index]),
            ["url_expires_at"] = Time(prompt.Links![index].ExpiresAt),
            ["job_id"] = prompt.Id.ToString(),
        };
    }

    public static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString(TimeFormat, System.Globalization.CultureInfo.InvariantCulture);

    private static string Kind(GenerationImage file) => file.Kind switch
    {
        GenerationResultKinds.Image or GenerationResultKinds.Video or GenerationResultKinds.Audio or GenerationResultKinds.Text or GenerationResultKinds.Latent => file.Kind,
        _ => "file",
    };

    private static JsonObject? Error(Generation generation) => generation.Error is not { } error
        ? null
        : new JsonObject
        {
            ["code"] = error.Code == GenerationErrorCodes.NodeError ? "node_execution_error" : error.Code,
            ["message"] = error.Message,
            ["node_id"] = error.NodeId,
            ["class_type"] = error.NodeType,
            ["traceback"] = null,
        };

    private static JsonValue? Milliseconds(TimeSpan? time) => time is { } known ? JsonValue.Create((long)known.TotalMilliseconds) : null;
}
