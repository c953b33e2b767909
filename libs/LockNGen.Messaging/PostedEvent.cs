using RabbitMQ.Client;

namespace LockNGen.Messaging;

/// <summary>An event on its way to the broker.</summary>
/// <param name="exchange">The exchange it is published to.</param>
/// <param name="routingKey">The partition of its generation.</param>
/// <param name="properties">Its headers.</param>
/// <param name="body">Its JSON.</param>
/// <param name="cancellationToken">Once cancelled, it is neither sent nor repeated.</param>
internal sealed class PostedEvent(string exchange, string routingKey, BasicProperties properties, byte[] body, CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource _confirmed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Exchange => exchange;

    public string RoutingKey => routingKey;

    public BasicProperties Properties => properties;

    public byte[] Body => body;

    public bool IsAbandoned => cancellationToken.IsCancellationRequested;

    /// <summary>The delivery tag by which the broker confirms it.</summary>
    public ulong Tag { get; set; }

    public long SentAt { get; set; }

    public bool IsConfirmed => _confirmed.Task.IsCompletedSuccessfully;

    public Task Confirmed => cancellationToken.CanBeCanceled ? _confirmed.Task.WaitAsync(cancellationToken) : _confirmed.Task;

    public void Confirm() => _confirmed.TrySetResult();
}
