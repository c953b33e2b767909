using LockNGen.Contracts;
using MassTransit;

namespace LockNGen.Messaging;

/// <summary>Sends commands to queues by name, and requests that wait for an answer (<see cref="BusOptions.RequestTimeout"/>).</summary>
public sealed class CommandClient
{
    private readonly IBus _bus;
    private readonly IRequests _requests;

    internal CommandClient(IBus bus, IRequests requests) => (_bus, _requests) = (bus, requests);

    /// <summary>Sends a command; the task completes when the broker has confirmed it.</summary>
    /// <param name="queue">The queue that its reader has declared.</param>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Ends the wait for the confirm.</param>
    /// <param name="traceParent">W3C trace context of its generation, for the header <see cref="EventHeaders.TraceParent"/>.</param>
    /// <param name="mandatory">Whether the command is returned if the broker has no such queue; otherwise it is lost, which is fine for commands that are repeated.</param>
    /// <exception cref="MessageReturnedException">It is mandatory, and the broker has no such queue.</exception>
    public async Task SendAsync<T>(string queue, T command, CancellationToken cancellationToken, string? traceParent = null, bool mandatory = false)
        where T : class
    {
        // "exchange:" and not "queue:": the queue is declared by its owner alone, so no one else needs to know its arguments.
        var endpoint = await _bus.GetSendEndpoint(new Uri("exchange:" + queue));
        await endpoint.Send(command, Prepare, cancellationToken);

        void Prepare(SendContext<T> context)
        {
            if (traceParent is not null)
                context.Headers.Set(EventHeaders.TraceParent, traceParent);
            if (mandatory)
                Mandate(context);
        }
    }

    /// <summary>Sends a request and returns its answer.</summary>
    /// <param name="queue">The queue that its reader has declared.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends the wait for the answer.</param>
    /// <param name="mandatory">Whether the request is returned at once if the broker has no such queue; otherwise it times out.</param>
    /// <exception cref="MessageReturnedException">It is mandatory, and the broker has no such queue.</exception>
    /// <exception cref="RequestTimeoutException">No one answered in time.</exception>
    /// <exception cref="RequestException">The other side failed, or the broker is away.</exception>
    public Task<TAnswer> RequestAsync<TRequest, TAnswer>(
        string queue, TRequest request, CancellationToken cancellationToken, bool mandatory = false)
        where TRequest : class
        where TAnswer : class => _requests.RequestAsync<TRequest, TAnswer>(queue, request, mandatory, cancellationToken);

    /// <summary>Asks the GenerationApi which tokens are revoked.</summary>
    /// <exception cref="RequestTimeoutException">It did not answer in time.</exception>
    /// <exception cref="RequestException">It failed, or the broker is away.</exception>
    public Task<RevocationsAnswer> GetRevocationsAsync(CancellationToken cancellationToken) =>
        RequestAsync<GetRevocations, RevocationsAnswer>(BusQueues.GenerationApi, new GetRevocations(), cancellationToken);

    private static void Mandate<T>(SendContext<T> context)
        where T : class
    {
        if (context.TryGetPayload<RabbitMqSendContext>(out var rabbitMq))
            rabbitMq.Mandatory = true;
    }
}
