using LockNGen.Messaging;
using MassTransit;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyDoors.Events;

/// <summary>
/// The queues of this replica: every replica gets every event. They are exclusive to its connection; what is missed between two connections is found by comparison with the GenerationApi.
/// </summary>
internal static class ReplicaQueues
{
    private const int MaxPreviewBytes = 16 << 20;

    /// <summary>New in every process: while the broker has not noticed that a process is gone, its queues are locked.</summary>
    private static readonly string Suffix = Guid.NewGuid().ToString("N")[..8];

    public static void AddTo(BusParts parts)
    {
        parts.Endpoint(services => $"comfy-doors-{OptionsOf(services).Name}-{Suffix}", (context, endpoint) =>
        {
            Configure(endpoint, OptionsOf(context).QueueMaxBytes);
            endpoint.Consumer(context.GetRequiredService<EventFeed>);
        });
        parts.Endpoint(services => $"comfy-doors-previews-{OptionsOf(services).Name}-{Suffix}", (context, endpoint) =>
        {
            Configure(endpoint, MaxPreviewBytes);
            endpoint.Consumer(context.GetRequiredService<PreviewFeed>);
        });
    }

    private static void Configure(IReceiveEndpointConfigurator endpoint, int maxBytes)
    {
        endpoint.ConfigureConsumeTopology = true;
        // One at a time, because order matters.
        endpoint.ConcurrentMessageLimit = 1;
        endpoint.PrefetchCount = 500;
        // What cannot be read now never can be: the comparison with the GenerationApi makes up for it.
        endpoint.DiscardFaultedMessages();
        if (endpoint is not IRabbitMqReceiveEndpointConfigurator queue)
            return;
        queue.Exclusive = true;
        // The exchange that MassTransit puts before the queue is deleted with it.
        queue.AutoDelete = true;
        queue.SetQueueArgument("x-max-length-bytes", maxBytes);
        queue.SetQueueArgument("x-overflow", "drop-head");
    }

    private static DoorOptions OptionsOf(IServiceProvider services) => services.GetRequiredService<IOptions<DoorOptions>>().Value;
}
