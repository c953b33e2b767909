using System.Diagnostics;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using PublishException = RabbitMQ.Client.Exceptions.PublishException;

namespace LockNGen.Messaging;

/// <summary>
/// Requests over RabbitMQ's direct reply-to (https://www.rabbitmq.com/docs/direct-reply-to), on a separate connection, in the form that
/// MassTransit's consumers answer. Not MassTransit's own client for it: after a lost connection that one publishes the requests that wait
/// before it consumes answers again, for which the broker closes its channel; with a request always waiting, that goes on for minutes.
/// A request that the broker refuses is sent again on a new line; <see cref="ConnectionWatch"/> explains why a channel may refuse forever.
/// </summary>
internal sealed class DirectRequests : IRequests, IAsyncDisposable
{
    /// <summary>Between a refusal and the next try: an election takes about as long.</summary>
    private static readonly TimeSpan RefusalPause = TimeSpan.FromMilliseconds(500);

    private readonly ConnectionFactory _factory;
    private readonly TimeSpan _timeout;
    private readonly string _name;
    private readonly Lock _gate = new();
    private Task<RequestLine>? _line;

    public DirectRequests(BrokerNodes nodes, IOptions<BusOptions> options, IHostEnvironment host)
    {
        _timeout = options.Value.RequestTimeout;
        _name = $"{host.ApplicationName} requests";
        _factory = nodes.CreateFactory();
        _factory.ContinuationTimeout = _timeout;
    }

    public async Task<TAnswer> RequestAsync<TRequest, TAnswer>(string queue, TRequest request, bool mandatory, CancellationToken cancellationToken)
        where TRequest : class
        where TAnswer : class
    {
        var question = new Question(
            queue,
            JsonSerializer.SerializeToUtf8Bytes(request, SystemTextJsonMessageSerializer.Options),
            MessageUrn.ForTypeString<TRequest>(),
            mandatory,
            _timeout,
            Activity.Current?.Id);
        try
        {
            return (await AskAsync(question, cancellationToken)).Read<TAnswer>();
        }
        catch (Exception e) when (e is not (RequestException or MessageReturnedException or OperationCanceledException))
        {
            // The broker is away, or the connection was lost in between.
            throw new RequestException($"The request to {queue} did not get through: {e.Message}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_line is { IsCompletedSuccessfully: true } line)
            await line.Result.DisposeAsync();
    }

    private async Task<Reply> AskAsync(Question question, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_timeout);
        while (true)
        {
            var since = Stopwatch.GetTimestamp();
            var opening = OpenAsync();
            try
            {
                var line = await opening.WaitAsync(deadline.Token);
                return await line.AskAsync(question, deadline.Token).WaitAsync(deadline.Token);
            }
            catch (PublishException)
            {
                Replace(opening);
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                // Either no one answers, or the line is dead but does not know it: a new one costs little. A caller that merely gave up says
                // nothing about the line, on which others wait.
                if (opening is { IsCompletedSuccessfully: true } && opening.Result.LastAnswer < since)
                    Replace(opening);
                throw new RequestTimeoutException(question.Queue, e);
            }

            await Task.Delay(RefusalPause, deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The open line, or the one being opened: shared by all callers, so none of them can cancel it. The factory's timeouts limit it.</summary>
    private Task<RequestLine> OpenAsync()
    {
        lock (_gate)
        {
            if (_line is { IsCompleted: false } or { IsCompletedSuccessfully: true, Result.IsOpen: true })
                return _line;
            if (_line is not null)
                Replace(_line);
            return _line = RequestLine.OpenAsync(_factory, _name);
        }
    }

    private void Replace(Task<RequestLine> line)
    {
        lock (_gate)
        {
            if (_line != line)
                return;
            _line = null;
        }

        if (line.IsCompletedSuccessfully)
            _ = line.Result.DisposeAsync().AsTask();
    }
}
