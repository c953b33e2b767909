using System.Diagnostics;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace LockNGen.ServiceDefaults.Bus;

/// <summary>
/// Requests over RabbitMQ's direct reply-to (https://www.rabbitmq.com/docs/direct-reply-to), on a connection of their own, in the form that
/// MassTransit's consumers answer. Not MassTransit's own client for it: after a lost connection that one publishes the requests that wait
/// before it consumes answers again, for which the broker closes its channel; with a request always waiting, that goes on for minutes.
/// Requests need no confirm: who gets no answer asks again.
/// </summary>
internal sealed class DirectRequests(IOptions<BusOptions> options, IHostEnvironment host) : IRequests, IAsyncDisposable
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    private readonly ConnectionFactory _factory = new()
    {
        Uri = new Uri(options.Value.Address!),
        AutomaticRecoveryEnabled = false,
        RequestedHeartbeat = Heartbeat,
        RequestedConnectionTimeout = options.Value.RequestTimeout,
        ContinuationTimeout = options.Value.RequestTimeout,
    };

    private readonly SemaphoreSlim _opening = new(1);
    private volatile RequestLine? _line;

    public async Task<TAnswer> RequestAsync<TRequest, TAnswer>(string queue, TRequest request, bool mandatory, CancellationToken cancellationToken)
        where TRequest : class
        where TAnswer : class
    {
        var asked = new Question(
            queue,
            JsonSerializer.SerializeToUtf8Bytes(request, SystemTextJsonMessageSerializer.Options),
            MessageUrn.ForTypeString<TRequest>(),
            mandatory,
            options.Value.RequestTimeout,
            Activity.Current?.Id);
        try
        {
            return (await AskAsync(asked, cancellationToken)).Read<TAnswer>();
        }
        catch (Exception e) when (e is not (RequestException or MessageReturnedException or OperationCanceledException))
        {
            // The broker is away, or the connection was lost in between.
            throw new RequestException($"The request to {queue} did not get through: {e.Message}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_line is { } line)
            await line.DisposeAsync();
        _opening.Dispose();
    }

    private async Task<Answer> AskAsync(Question question, CancellationToken cancellationToken)
    {
        var line = await OpenAsync(cancellationToken);
        var since = Stopwatch.GetTimestamp();
        try
        {
            return await line.AskAsync(question, cancellationToken).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (line.LastAnswer < since)
        {
            // Nobody may be there to answer, or the line is dead without knowing: a new one costs little.
            Replace(line);
            throw;
        }
    }

    private async Task<RequestLine> OpenAsync(CancellationToken cancellationToken)
    {
        if (_line is { IsOpen: true } open)
            return open;
        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (_line is { IsOpen: true } opened)
                return opened;
            if (_line is { } closed)
                Replace(closed);
            return _line = await RequestLine.OpenAsync(_factory, $"{host.ApplicationName} requests", cancellationToken);
        }
        finally
        {
            _opening.Release();
        }
    }

    private void Replace(RequestLine line)
    {
        if (Interlocked.CompareExchange(ref _line, null, line) == line)
            _ = line.DisposeAsync().AsTask();
    }
}
