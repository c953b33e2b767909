using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Api;
using LockNGen.Contracts;

namespace LockNGen.ComfyDoors.Shapes;

/// <summary>A prompt as <c>/api/jobs</c> returns it, field by field in ComfyUI's order.</summary>
internal static class JobEntry
{
    public static JsonObject Of(Prompt prompt)
    {
        var generation = prompt.Generation;
        var job = new JsonObject
        {
            ["id"] = prompt.Id.ToString(),
            ["status"] = Status(generation.Status),
            ["priority"] = prompt.Number,
            ["create_time"] = generation.CreatedAt.ToUnixTimeMilliseconds(),
        };
        var files = generation.HasEnded ? generation.Images.Where(i => i.NodeId is not null && !Outputs.IsSent(i) && i.Kind != GenerationResultKinds.Text).ToList() : [];
        // ComfyUI reports no times for prompts that have not ended.
        if (generation is { HasEnded: true, StartedAt: { } started })
            job["execution_start_time"] = started.ToUnixTimeMilliseconds();
        if (generation.EndedAt is { } ended)
            job["execution_end_time"] = ended.ToUnixTimeMilliseconds();
        if (generation.Status == GenerationStatus.Failed)
            job["execution_error"] = Outcomes.Of(prompt.Id, generation.Status, generation.Error, [], generation.EndedAt ?? generation.CreatedAt).Data;
        job["outputs_count"] = files.Count;
        if ((files.Find(f => f.Source != "temp") ?? files.FirstOrDefault()) is { } shown)
        {
            var preview = Outputs.File(prompt.Id, shown);
            preview["nodeId"] = shown.NodeId;
            preview["mediaType"] = shown.OutputKey ?? "images";
            job["preview_output"] = preview;
        }

        return job;
    }

    /// <summary>ComfyUI's name for a status.</summary>
    public static string Status(GenerationStatus status) => status switch
    {
        GenerationStatus.Running => "in_progress",
        GenerationStatus.Completed => "completed",
        GenerationStatus.Failed => "failed",
        GenerationStatus.Cancelled => "cancelled",
        _ => "pending",
    };
}
