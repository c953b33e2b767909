using LockNGen.Messaging;
using MassTransit;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyDoors.Events;

/// <summary>
/// The queues of this replica: every replica gets every event. Durable, so that a lost connection loses nothing; they expire with their replica.
/// </summary>
internal static class ReplicaQueues
{
    private const int MaxPreviewBytes = 16 << 20;

    public static void AddTo(BusParts parts)
    {
        parts.Endpoint(services => "comfy-doors-" + OptionsOf(services).Name, (context, endpoint) =>
        {
            Configure(endpoint, OptionsOf(context), OptionsOf(context).QueueMaxBytes);
            endpoint.Consumer(context.GetRequiredService<EventFeed>);
        });
        parts.Endpoint(services => "comfy-doors-previews-" + OptionsOf(services).Name, (context, endpoint) =>
        {
            Configure(endpoint, OptionsOf(context), MaxPreviewBytes);
            endpoint.Consumer(context.GetRequiredService<PreviewFeed>);
        });
    }

    private static void Configure(IReceiveEndpointConfigurator endpoint, DoorOptions options, int maxBytes)
    {
        endpoint.ConfigureConsumeTopology = true;
        // One at a time, because order matters.
        endpoint.ConcurrentMessageLimit = 1;
        endpoint.PrefetchCount = 500;
        // What cannot be read now never can be: the comparison with the GenerationApi makes up for it.
        endpoint.DiscardFaultedMessages();
        if (endpoint is not IRabbitMqReceiveEndpointConfigurator queue)
            return;
        queue.SetQueueArgument("x-expires", (int)options.QueueExpires.TotalMilliseconds);
        queue.SetQueueArgument("x-max-length-bytes", maxBytes);
        queue.SetQueueArgument("x-overflow", "drop-head");
    }

    private static DoorOptions OptionsOf(IServiceProvider services) => services.GetRequiredService<IOptions<DoorOptions>>().Value;
}
