using MassTransit;

namespace LockNGen.ServiceDefaults.Bus;

/// <summary>
/// Drops answers that come after their request has timed out. MassTransit would keep them in a durable queue of no endpoint's name
/// ("_skipped"), which nobody reads and which grows with every one.
/// </summary>
internal sealed class LateAnswers : IEndpointConfigurationObserver
{
    private const string ReplyTo = "amq.rabbitmq.reply-to";

    public void EndpointConfigured<T>(T configurator)
        where T : IReceiveEndpointConfigurator
    {
        if (configurator.InputAddress.AbsolutePath.EndsWith(ReplyTo, StringComparison.Ordinal))
            configurator.DiscardSkippedMessages();
    }
}
