using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using LockNGen.Contracts;

namespace LockNGen.ComfyDoors.Timelines;

/// <summary>
/// The unfinished prompts as reported to the caller's clients. ComfyUI keeps a prompt in its queue until it has sent its end, and programs consider a prompt lost that
/// disappears earlier; here it may have ended long before, while another timeline was being sent. It is in the history as soon as it has ended.
/// </summary>
internal sealed class ReportedQueue(GenerationApiClient api, OwnerStates owners)
{
    /// <summary>Prompts that have not ended, or whose end is still to be sent, in the order of submission.</summary>
    public async Task<PromptList> ActiveAsync(DoorCaller caller, bool full, CancellationToken cancellationToken)
    {
        var active = await api.ActiveAsync(caller, full, cancellationToken);
        // Looked up afterwards: a prompt that ends meanwhile is in at least one of the two.
        var ended = await EndedAsync(caller, active.Items.Select(p => p.Id), full, cancellationToken);
        return ended.Count == 0 ? active : new PromptList([.. active.Items.Concat(ended.Select(AsReported)).OrderBy(p => p.Number)], active.Total + ended.Count);
    }

    /// <summary>Prompts that ran and have ended, and whose end is still to be sent.</summary>
    public Task<IReadOnlyList<Prompt>> EndedAsync(DoorCaller caller, CancellationToken cancellationToken) => EndedAsync(caller, [], full: false, cancellationToken);

    /// <summary>A prompt as its client knows it.</summary>
    public Prompt AsReported(DoorCaller caller, Prompt prompt) => IsToBeReported(prompt) && UnreportedOf(caller).Contains(prompt.Id) ? AsReported(prompt) : prompt;

    /// <summary>Whether it is running, as far as its client knows.</summary>
    public static Prompt AsReported(Prompt prompt) => prompt with { Generation = prompt.Generation with { Status = GenerationStatus.Running, EndedAt = null, Error = null, Images = [] } };

    private async Task<IReadOnlyList<Prompt>> EndedAsync(DoorCaller caller, IEnumerable<Guid> active, bool full, CancellationToken cancellationToken)
    {
        var unreported = UnreportedOf(caller).Except(active).ToList();
        return unreported.Count == 0 ? [] : [.. (await api.FindAsync(caller, unreported, full, cancellationToken)).Where(IsToBeReported)];
    }

    /// <summary>A prompt cancelled before it ran leaves ComfyUI's queue at once.</summary>
    private static bool IsToBeReported(Prompt prompt) => prompt.Generation is { HasEnded: true, StartedAt: not null };

    private IReadOnlySet<Guid> UnreportedOf(DoorCaller caller) => owners.Find(caller.Owner)?.Unreported ?? new HashSet<Guid>();
}
