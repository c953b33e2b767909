using LockNGen.ComfyDoors.Stories;
using LockNGen.Contracts;
using MassTransit;

namespace LockNGen.ComfyDoors.Events;

/// <summary>Brings the pictures of nodes at work to whoever knows their prompt.</summary>
internal sealed class PreviewFeed(Desks desks, JobWatch watch) : IConsumer<GenerationPreviewBytes>
{
    public Task Consume(ConsumeContext<GenerationPreviewBytes> context)
    {
        var preview = context.Message;
        watch.Take(preview);
        foreach (var desk in desks.All)
            desk.Show(preview);
        return Task.CompletedTask;
    }
}
