using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;

namespace LockNGen.ComfyDoors.Timelines;

/// <summary>One owner's prompts as the GenerationApi knows them, requested with the owner's newest credentials.</summary>
internal sealed class OwnerPrompts(GenerationApiClient api, DoorCaller caller)
{
    /// <summary>A client that connects to a door that has just started may have been disconnected when its prompts ended.</summary>
    private static readonly TimeSpan Recently = TimeSpan.FromMinutes(2);

    private volatile DoorCaller _caller = caller;

    /// <summary>Remembers the newest credentials.</summary>
    public void Use(DoorCaller caller) => _caller = caller;

    /// <summary>The active prompts, and those that ended a short while ago.</summary>
    public async Task<(IReadOnlyList<Prompt> Active, IReadOnlyList<Prompt> Ended)> CurrentAsync()
    {
        var active = await api.ActiveAsync(_caller, full: false, CancellationToken.None);
        var ended = await api.EndedWithinAsync(_caller, Recently, CancellationToken.None);
        return (active.Items, ended.Items);
    }

    /// <summary>The active prompts, and those of the open ones that have ended.</summary>
    public async Task<(IReadOnlyList<Prompt> Active, IReadOnlyList<Prompt> Ended)> CompareAsync(IEnumerable<Guid> open, CancellationToken cancellationToken)
    {
        var asker = _caller;
        var active = (await api.ActiveAsync(asker, full: false, cancellationToken)).Items;
        var ended = new List<Prompt>();
        foreach (var id in open.Except(active.Select(p => p.Id)))
        {
            if (await api.FindAsync(asker, id, full: false, cancellationToken) is { Generation.HasEnded: true } prompt)
                ended.Add(prompt);
        }

        return (active, ended);
    }

    /// <summary>A prompt; null if there is none, or it cannot be looked up now: the next comparison finds it.</summary>
    public async Task<Prompt?> FindAsync(Guid id)
    {
        try
        {
            return await api.FindAsync(_caller, id, full: false, CancellationToken.None);
        }
        catch (ApiException)
        {
            return null;
        }
    }
}
