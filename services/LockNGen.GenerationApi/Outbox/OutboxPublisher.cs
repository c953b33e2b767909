using System.Diagnostics;
using System.Text;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Generations;
using LockNGen.GenerationApi.Storage;
using LockNGen.Hosting.Resilience;
using LockNGen.Messaging;
using LockNGen.Storage;

namespace LockNGen.GenerationApi.Outbox;

/// <summary>
/// Publishes the outbox: the events of one generation in order, different generations side by side, by one replica at a time. What the
/// broker has not confirmed stays, and is retried with backoff, after the others. A row that cannot be read, or that no broker accepts, is
/// parked: it keeps its place in the table, with the reason, until an operator decides, and holds up nothing else.
/// </summary>
internal sealed partial class OutboxPublisher(
    GenerationsDatabase database,
    EventPublisher publisher,
    WebhookRegistrations webhooks,
    OutboxSignal signal,
    SchedulerSignal scheduler,
    TimeProvider clock,
    ILogger<OutboxPublisher> logger)
    : BackgroundService
{
    private const int BatchSize = 200;
    private const int MaxParallelGenerations = 16;

    /// <summary>The default limit of the newest RabbitMQ versions; a larger message closes the channel, with everything on it.</summary>
    private const int MaxBodyBytes = 16 << 20;

    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(5);
    private static readonly Backoff Retry = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));

    /// <summary>How often to look for rows that another replica left behind.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var isEmpty = await PublishBatchAsync(stoppingToken);
                failures = 0;
                if (isEmpty)
                    await signal.WaitAsync(Interval, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                failures++;
                LogFailed(failures, e.Message);
                await Task.Delay(Retry.DelayAfter(failures), clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Returns whether everything there was is published.</summary>
    private async Task<bool> PublishBatchAsync(CancellationToken cancellationToken)
    {
        await using var held = await database.LockAsync("outbox", cancellationToken);
        var rows = await database.ReadAsync(
            session => session.QueryAsync<OutboxRow>("SELECT * FROM outbox WHERE problem IS NULL ORDER BY number LIMIT @BatchSize", new { BatchSize }),
            cancellationToken);
        if (rows.Count == 0)
            return true;

        var published = new List<OutboxRow>(rows.Count);
        Exception? failure = null;
        try
        {
            await Parallel.ForEachAsync(
                rows.GroupBy(r => r.GenerationId),
                new ParallelOptions { MaxDegreeOfParallelism = MaxParallelGenerations, CancellationToken = cancellationToken },
                async (generation, token) =>
                {
                    foreach (var row in generation)
                    {
                        try
                        {
                            await PublishAsync(row, token);
                            lock (published)
                                published.Add(row);
                        }
                        catch (JsonException e)
                        {
                            await ParkAsync(row, e.Message);
                        }
                        catch (Exception e) when (!token.IsCancellationRequested)
                        {
                            // Its own later events wait for it; those of others do not.
                            failure = e;
                            return;
                        }
                    }
                });
        }
        finally
        {
            await DeleteAsync(published);
        }

        return failure is null ? rows.Count < BatchSize : throw new InvalidOperationException(failure.Message, failure);
    }

    private async Task PublishAsync(OutboxRow row, CancellationToken cancellationToken)
    {
        if (row.Body.Length > MaxBodyBytes)
            throw new JsonException($"The body has {row.Body.Length:N0} characters, more than a broker takes.");
        using var timeout = new CancellationTokenSource(ConfirmTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        // The request that submitted it has long been answered; its trace goes on here.
        using var activity = Diagnostics.Activities.StartActivity("publish event", ActivityKind.Producer, row.TraceParent);
        activity?.SetTag("lockngen.generation", row.GenerationId).SetTag("lockngen.event", row.Type);
        try
        {
            await SendAsync(row, either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The broker did not confirm within {ConfirmTimeout.TotalSeconds} s.", e);
        }

        LogPublished(row.Type, row.GenerationId);
    }

    private Task SendAsync(OutboxRow row, CancellationToken cancellationToken) => row.Type == EventOutbox.RegisterWebhookType
        ? webhooks.SendAsync(ReadCommand(row), cancellationToken)
        : publisher.PostAsync(row.Type, Encoding.UTF8.GetBytes(row.Body), new EventContext(row.Owner, row.TraceParent), cancellationToken);

    private static RegisterWebhook ReadCommand(OutboxRow row) =>
        JsonSerializer.Deserialize(row.Body, ContractsJson.Default.RegisterWebhook) ?? throw new JsonException("The body of the command is null.");

    private async Task ParkAsync(OutboxRow row, string problem)
    {
        await database.WriteAsync(
            session => session.ExecuteAsync("UPDATE outbox SET problem = @problem WHERE number = @Number", new { row.Number, problem }), CancellationToken.None);
        LogParked(row.Number, row.Type, row.GenerationId, problem);
    }

    /// <summary>Also while stopping: what is confirmed need not be sent twice.</summary>
    private async Task DeleteAsync(List<OutboxRow> published)
    {
        if (published.Count == 0)
            return;
        var numbers = SqlList.Of(published.Select(r => r.Number));
        await database.WriteAsync(session => session.ExecuteAsync("DELETE FROM outbox WHERE number IN @numbers", new { numbers }), CancellationToken.None);
        // A generation with a webhook has waited for this.
        if (published.Exists(r => r.Type == EventOutbox.RegisterWebhookType))
            scheduler.Set();
    }

    [LoggerMessage(LogLevel.Debug, "Published {Type} of generation {GenerationId}")]
    private partial void LogPublished(string type, Guid generationId);

    [LoggerMessage(LogLevel.Warning, "Events wait in the outbox (try {Failures}): {Reason}")]
    private partial void LogFailed(int failures, string reason);

    [LoggerMessage(LogLevel.Error, "Row {Number} of the outbox ({Type} of generation {GenerationId}) cannot be read and is parked: {Reason}")]
    private partial void LogParked(long number, string type, Guid generationId, string reason);

    private sealed record OutboxRow
    {
        public long Number { get; init; }
        public Guid GenerationId { get; init; }
        public required string Type { get; init; }
        public required string Body { get; init; }
        public string? Owner { get; init; }
        public string? TraceParent { get; init; }
    }
}
