namespace LockNGen.RealtimeGateway.Broker;

/// <summary>Proves that the replica still receives: it sends messages to its own queue and waits for them.</summary>
internal sealed class Canary(ReplicaConsumer consumer, TimeSpan timeout, TimeProvider clock)
{
    /// <summary>Completes when the last one sent has been received.</summary>
    /// <exception cref="TimeoutException">Nothing at all was delivered in time; a queue with a backlog is slow, not deaf.</exception>
    /// <exception cref="InvalidOperationException">The connection broke.</exception>
    public async Task HeardAsync(Task<string> broken, CancellationToken cancellationToken)
    {
        var heard = consumer.CanaryHeard.WaitAsync(cancellationToken);
        while (!heard.IsCompleted)
        {
            var before = consumer.Delivered;
            await Task.WhenAny(heard, broken, Task.Delay(timeout, clock, cancellationToken));
            if (broken.IsCompleted)
                throw new InvalidOperationException(await broken);
            if (!heard.IsCompleted && consumer.Delivered == before)
                throw new TimeoutException($"nothing was received for {timeout.TotalSeconds} s");
        }

        await heard;
    }
}
