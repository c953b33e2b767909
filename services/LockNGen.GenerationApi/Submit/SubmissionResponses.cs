using System.Globalization;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Queue;
using LockNGen.GenerationApi.Storage;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Submit;

/// <summary>The responses to a submission that can be rendered.</summary>
internal sealed class SubmissionResponses(GenerationsDatabase database, Durations durations, Links links, IOptions<QueueOptions> queue)
{
    /// <summary>The body of the 202.</summary>
    public SubmitResponse Accepted(Guid id, QueuePlace place, Submission submission) => new()
    {
        Id = id,
        Status = GenerationStatus.Queued.WireName(),
        Position = place.Position,
        EstimatedWaitSeconds = place.EstimatedWaitSeconds,
        Count = submission.Count,
        Seed = submission.Seed,
        SeedText = submission.Seed?.ToString(CultureInfo.InvariantCulture),
        Warnings = WarningsOf(submission),
        LeftOut = submission.LeftOutErrors is { Count: > 0 } errors ? errors : null,
        Limits = new SubmitLimits
        {
            QueueTimeoutSeconds = submission.QueueTimeoutSeconds,
            TimeoutSeconds = submission.HasOwnTimeout ? submission.TimeoutSeconds : null,
            SilenceSeconds = submission.HasOwnTimeout ? null : submission.TimeoutSeconds,
            HardTimeoutSeconds = submission.HasOwnTimeout ? null : queue.Value.HardTimeoutSeconds,
        },
        Links = new SubmitLinks(links.Generation(id), links.Cancel(id), links.Progress(id), links.WebSocket(id), links.Events(id)),
    };

    /// <summary>The body of the response to a dry run.</summary>
    public async Task<DryRunResponse> DryRunAsync(Submission submission, CancellationToken cancellationToken) => new()
    {
        Valid = true,
        Workflow = JsonElement.Parse(submission.Workflow.ToJsonString()),
        Parameters = submission.Parameters is { } parameters ? JsonElement.Parse(parameters.ToJsonString()) : null,
        Count = submission.Count,
        Seed = submission.Seed,
        SeedText = submission.Seed?.ToString(CultureInfo.InvariantCulture),
        EstimatedSeconds = durations.Estimate(
            await database.ReadAsync(session => Durations.SpeedOfAsync(session, submission.Shape), cancellationToken), submission.Units, submission.Count),
        Warnings = WarningsOf(submission),
        OpenModels = [.. submission.Plan.FirstModels.Select(m => $"{m.ClassType}.{m.Name}")],
    };

    private static IReadOnlyList<GenerationWarning>? WarningsOf(Submission submission) => submission.Plan.Warnings is { Count: > 0 } warnings ? warnings : null;
}
