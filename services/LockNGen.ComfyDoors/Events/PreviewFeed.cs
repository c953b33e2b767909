using LockNGen.ComfyDoors.Timelines;
using LockNGen.Contracts;
using MassTransit;

namespace LockNGen.ComfyDoors.Events;

/// <summary>Passes preview pictures to the owners and watchers that know their prompt.</summary>
internal sealed class PreviewFeed(OwnerStates owners, JobWatch watch) : IConsumer<GenerationPreviewBytes>
{
    public Task Consume(ConsumeContext<GenerationPreviewBytes> context)
    {
        var preview = context.Message;
        watch.Take(preview);
        foreach (var owner in owners.All)
            owner.Show(preview);
        return Task.CompletedTask;
    }
}
