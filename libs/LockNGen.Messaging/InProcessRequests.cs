using MassTransit;
using Microsoft.Extensions.Options;

namespace LockNGen.Messaging;

/// <summary>Requests over MassTransit's in-memory transport, where every queue exists.</summary>
internal sealed class InProcessRequests(IClientFactory requests, IOptions<BusOptions> options) : IRequests
{
    public async Task<TAnswer> RequestAsync<TRequest, TAnswer>(string queue, TRequest request, bool mandatory, CancellationToken cancellationToken)
        where TRequest : class
        where TAnswer : class =>
        (await requests.CreateRequestClient<TRequest>(new Uri("exchange:" + queue), options.Value.RequestTimeout)
            .GetResponse<TAnswer>(request, cancellationToken)).Message;
}
