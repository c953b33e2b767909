using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Extensions.Options;

namespace LockNGen.WebhookNotifier.Deliveries;

/// <summary>
/// Sends due deliveries: at most <see cref="WebhookOptions.MaxConcurrent"/> attempts at once, the rest wait in the database. When the
/// service stops, attempts in progress are finished first; after a crash their leases end and they are sent again.
/// </summary>
internal sealed partial class DeliveryWorker(
    DeliveryQueue queue, WebhookSender sender, DeliverySignal signal, NotifierMetrics metrics, IOptions<WebhookOptions> options, ILogger<DeliveryWorker> logger)
    : BackgroundService
{
    private readonly WebhookOptions _options = options.Value;
    private readonly SemaphoreSlim _slots = new(options.Value.MaxConcurrent);
    private readonly ConcurrentDictionary<string, int> _underWay = new(StringComparer.Ordinal);

    public override void Dispose()
    {
        _slots.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await StartDueAsync(stoppingToken);
            }
            catch (Exception e) when (e is DbException or TimeoutException)
            {
                LogDatabaseFailed(e.Message);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }

            await signal.WaitAsync(_options.PollInterval, stoppingToken);
        }

        // When all slots are free, no attempt is in progress. Each attempt has a timeout that is shorter than what the host gives a service to stop.
        for (var slot = 0; slot < _options.MaxConcurrent; slot++)
            await _slots.WaitAsync(CancellationToken.None);
    }

    private async Task StartDueAsync(CancellationToken cancellationToken)
    {
        if (_slots.CurrentCount == 0)
            return;
        foreach (var destination in await queue.DueDestinationsAsync(_slots.CurrentCount, cancellationToken))
        {
            var free = Math.Min(_slots.CurrentCount, _options.MaxConcurrentPerOwner - _underWay.GetValueOrDefault(destination.Owner));
            if (free <= 0)
                continue;
            foreach (var delivery in await queue.ClaimAsync(destination.Destination, free, cancellationToken))
            {
                // Only this loop takes slots, so there is one.
                await _slots.WaitAsync(CancellationToken.None);
                _underWay.AddOrUpdate(delivery.Owner ?? "", 1, (_, running) => running + 1);
                _ = Task.Run(() => DeliverAsync(delivery), CancellationToken.None);
            }
        }
    }

    private async Task DeliverAsync(DueDelivery delivery)
    {
        try
        {
            using var span = DeliveryTrace.Begin(delivery);
            var result = await sender.SendAsync(delivery, span?.Id ?? delivery.TraceParent, CancellationToken.None);
            DeliveryTrace.End(span, result);
            metrics.Attempted(delivery, result);
            if (result.IsDelivered)
                LogDelivered(delivery.Id, delivery.EventType, delivery.WebhookId, delivery.Attempts + 1);
            else
                LogAttemptFailed(delivery.Id, delivery.EventType, delivery.WebhookId, delivery.Attempts + 1, result.Error!);
            if (!await queue.RecordAsync(delivery, result, CancellationToken.None))
                LogLeaseLost(delivery.Id);
        }
        catch (Exception e)
        {
            // Not recorded, so it is sent again when the lease ends: "at least once" allows that.
            LogNotRecorded(delivery.Id, e);
        }
        finally
        {
            if (_underWay.AddOrUpdate(delivery.Owner ?? "", 0, (_, running) => running - 1) == 0)
                _underWay.TryRemove(KeyValuePair.Create(delivery.Owner ?? "", 0));
            _slots.Release();
            signal.Set();
        }
    }

    [LoggerMessage(LogLevel.Debug, "Delivered {DeliveryId} ({EventType}) to webhook {WebhookId} at attempt {Attempt}")]
    private partial void LogDelivered(Guid deliveryId, string eventType, Guid webhookId, int attempt);

    [LoggerMessage(LogLevel.Information, "Could not deliver {DeliveryId} ({EventType}) to webhook {WebhookId} at attempt {Attempt}: {Error}")]
    private partial void LogAttemptFailed(Guid deliveryId, string eventType, Guid webhookId, int attempt, string error);

    [LoggerMessage(LogLevel.Warning, "Delivery {DeliveryId} took longer than its lease and was taken over; the receiver may get it twice")]
    private partial void LogLeaseLost(Guid deliveryId);

    [LoggerMessage(LogLevel.Error, "The outcome of delivery {DeliveryId} could not be recorded; it is sent again when its lease ends")]
    private partial void LogNotRecorded(Guid deliveryId, Exception error);

    [LoggerMessage(LogLevel.Error, "The database does not answer, so no webhook is delivered now: {Reason}")]
    private partial void LogDatabaseFailed(string reason);
}
