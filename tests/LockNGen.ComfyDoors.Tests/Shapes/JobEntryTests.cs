using LockNGen.ComfyDoors.Api;
using LockNGen.ComfyDoors.Shapes;
using LockNGen.Contracts;

namespace LockNGen.ComfyDoors.Tests.Shapes;

/// <summary>Jobs have the fields that recording 23 of a real server shows, in its order.</summary>
public sealed class JobEntryTests
{
    [Theory]
    [InlineData(GenerationStatus.Queued, "pending", "id, status, priority, create_time, outputs_count")]
    [InlineData(GenerationStatus.Running, "in_progress", "id, status, priority, create_time, outputs_count")]
    [InlineData(GenerationStatus.Completed, "completed", "id, status, priority, create_time, execution_start_time, execution_end_time, outputs_count, preview_output")]
    [InlineData(GenerationStatus.Failed, "failed", "id, status, priority, create_time, execution_start_time, execution_end_time, execution_error, outputs_count")]
    [InlineData(GenerationStatus.Cancelled, "cancelled", "id, status, priority, create_time, execution_start_time, execution_end_time, outputs_count")]
    public void Job_OfEachStatus_HasComfyUisFields(GenerationStatus status, string told, string fields)
    {
        var hasEnded = status is GenerationStatus.Completed or GenerationStatus.Failed or GenerationStatus.Cancelled;
        var job = JobEntry.Of(new Prompt
        {
            Number = 4,
            Door = "comfyui",
            Generation = new Generation
            {
                Id = Guid.NewGuid(),
                Status = status,
                CreatedAt = DateTimeOffset.UnixEpoch,
                StartedAt = status == GenerationStatus.Queued ? null : DateTimeOffset.UnixEpoch,
                EndedAt = hasEnded ? DateTimeOffset.UnixEpoch : null,
                Images = status == GenerationStatus.Completed ? [Events.File(1)] : [],
                Error = status == GenerationStatus.Failed ? new GenerationError { Code = GenerationErrorCodes.NodeError, Message = "ValueError: boom" } : null,
            },
        });

        job["status"]!.ToString().ShouldBe(told);
        string.Join(", ", job.Select(p => p.Key)).ShouldBe(fields);
        job["outputs_count"]!.GetValue<int>().ShouldBe(status == GenerationStatus.Completed ? 1 : 0);
    }
}
