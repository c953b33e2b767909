using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using PublishException = RabbitMQ.Client.Exceptions.PublishException;

namespace LockNGen.Messaging;

/// <summary>
/// One connection for requests, until it is lost; then all requests waiting on it fail. Confirms are on only to learn of refusals: no one waits for a
/// confirm, since the answer is one.
/// </summary>
internal sealed class RequestLine : IAsyncDisposable
{
    private const string ReplyTo = "amq.rabbitmq.reply-to";

    /// <summary>MassTransit's header of the trace that a message belongs to.</summary>
    private const string ActivityId = "MT-Activity-Id";

    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Reply>> _waiting = new();
    private readonly ConcurrentDictionary<ulong, string> _unconfirmed = new();
    private readonly SemaphoreSlim _publishing = new(1);
    private readonly HashSet<string> _declared = [];
    private long _lastAnswer;

    private RequestLine(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    public bool IsOpen => _channel.IsOpen && _connection.IsOpen;

    /// <summary>When something last came back, as <see cref="Stopwatch"/> counts.</summary>
    public long LastAnswer => Volatile.Read(ref _lastAnswer);

    public static async Task<RequestLine> OpenAsync(ConnectionFactory factory, string name)
    {
        var connection = await factory.CreateConnectionAsync(name);
        try
        {
            // We count confirms ourselves: the client would wait for each before the next request.
            var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, publisherConfirmationTrackingEnabled: false));
            var line = new RequestLine(connection, channel);
            await line.ListenAsync();
            return line;
        }
        catch
        {
            await CloseAsync(connection);
            throw;
        }
    }

    /// <summary>Sends a request and returns the reply.</summary>
    /// <exception cref="PublishException">The broker has refused it, and will refuse others on this line.</exception>
    public async Task<Reply> AskAsync(Question question, CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid().ToString();
        var answer = new TaskCompletionSource<Reply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = answer;
        try
        {
            await PublishAsync(question, id, cancellationToken);
            return await answer.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            _waiting.TryRemove(id, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync(_connection);
        FailAll(new ObjectDisposedException(nameof(RequestLine)));
    }

    private async Task ListenAsync()
    {
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            Volatile.Write(ref _lastAnswer, Stopwatch.GetTimestamp());
            // An answer for which no one is waiting any more has come too late.
            if (_waiting.TryRemove(Text(delivery.BasicProperties, MessageHeaders.RequestId), out var waiting))
                waiting.TrySetResult(new Reply(Text(delivery.BasicProperties, MessageHeaders.MessageType), delivery.Body.ToArray()));
            return Task.CompletedTask;
        };
        _channel.BasicReturnAsync += (_, returned) =>
        {
            if (_waiting.TryRemove(Text(returned.BasicProperties, MessageHeaders.RequestId), out var waiting))
                waiting.TrySetException(new MessageReturnedException($"The broker has no queue '{returned.Exchange}'."));
            return Task.CompletedTask;
        };
        _channel.BasicAcksAsync += (_, ack) =>
        {
            Settle(ack.DeliveryTag, ack.Multiple, _ => { });
            return Task.CompletedTask;
        };
        _channel.BasicNacksAsync += (_, nack) =>
        {
            Settle(nack.DeliveryTag, nack.Multiple, waiting => waiting.TrySetException(new PublishException(nack.DeliveryTag, isReturn: false)));
            return Task.CompletedTask;
        };
        _channel.ChannelShutdownAsync += (_, shutdown) =>
        {
            FailAll(new AlreadyClosedException(shutdown));
            return Task.CompletedTask;
        };
        await _channel.BasicConsumeAsync(ReplyTo, autoAck: true, consumer);
    }

    private async Task PublishAsync(Question question, string id, CancellationToken cancellationToken)
    {
        var properties = new BasicProperties
        {
            ContentType = "application/json",
            MessageId = id,
            ReplyTo = ReplyTo,
            // No one waits for the answer after that.
            Expiration = ((long)question.Timeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
            Headers = new Dictionary<string, object?>
            {
                [MessageHeaders.RequestId] = id,
                [MessageHeaders.MessageType] = question.MessageType,
                [MessageHeaders.ResponseAddress] = "exchange:" + ReplyTo,
            },
        };
        if (question.TraceParent is not null)
            properties.Headers[ActivityId] = question.TraceParent;

        await _publishing.WaitAsync(cancellationToken);
        try
        {
            // From here on the caller cannot cancel: a call interrupted halfway could break the channel, and with it
            // everyone's answers.
            // Declared as its reader declares it; publishing to a missing exchange is an error.
            if (!_declared.Contains(question.Queue))
            {
                await _channel.ExchangeDeclareAsync(question.Queue, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: CancellationToken.None);
                _declared.Add(question.Queue);
            }

            _unconfirmed[await _channel.GetNextPublishSequenceNumberAsync(CancellationToken.None)] = id;
            await _channel.BasicPublishAsync(question.Queue, routingKey: "", question.IsMandatory, properties, question.Body, CancellationToken.None);
        }
        finally
        {
            _publishing.Release();
        }
    }

    private void Settle(ulong tag, bool multiple, Action<TaskCompletionSource<Reply>> settle)
    {
        foreach (var sent in multiple ? _unconfirmed.Keys.Where(sent => sent <= tag) : [tag])
        {
            // Requests that were answered, or whose callers gave up, are no longer waiting.
            if (_unconfirmed.TryRemove(sent, out var id) && _waiting.TryGetValue(id, out var waiting))
                settle(waiting);
        }
    }

    private void FailAll(Exception reason)
    {
        foreach (var (_, waiting) in _waiting)
            waiting.TrySetException(reason);
    }

    private static string Text(IReadOnlyBasicProperties properties, string header) =>
        properties.Headers?.TryGetValue(header, out var value) == true && value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : "";

    private static async Task CloseAsync(IConnection connection)
    {
        await connection.AbortAsync(CloseTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await connection.DisposeAsync();
    }
}

/// <summary>A request as it goes out.</summary>
internal sealed record Question(string Queue, byte[] Body, string MessageType, bool IsMandatory, TimeSpan Timeout, string? TraceParent);

/// <summary>A reply: the answer, or the responder's failure.</summary>
internal sealed record Reply(string MessageTypes, byte[] Body)
{
    private const string Fault = "urn:message:MassTransit:Fault";

    /// <summary>The answer as the requested type.</summary>
    /// <exception cref="RequestException">The other side failed, or answered something else.</exception>
    public T Read<T>()
        where T : class
    {
        if (MessageTypes.Contains(Fault, StringComparison.Ordinal))
            throw new RequestException($"The request failed on the other side: {FirstMessage()}");
        try
        {
            return JsonSerializer.Deserialize<T>(Body, SystemTextJsonMessageSerializer.Options) ?? throw new RequestException("The answer is null.");
        }
        catch (JsonException e)
        {
            throw new RequestException($"The answer is not a valid {typeof(T).Name}: {e.Message}", e);
        }
    }

    private string? FirstMessage()
    {
        using var fault = JsonDocument.Parse(Body);
        return fault.RootElement.TryGetProperty("exceptions", out var exceptions) && exceptions.GetArrayLength() > 0
            ? exceptions[0].GetProperty("message").GetString()
            : null;
    }
}
