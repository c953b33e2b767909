using MassTransit;

namespace LockNGen.IntegrationTests.Bus;

internal static class ReceiveEndpointExtensions
{
    /// <summary>Answers every <typeparamref name="TRequest"/> with what the function returns.</summary>
    public static void Handle<TRequest, TAnswer>(this IReceiveEndpointConfigurator endpoint, Func<TRequest, TAnswer> answer)
        where TRequest : class
        where TAnswer : class =>
        endpoint.Handler<TRequest>(context => context.RespondAsync(answer(context.Message)));
}
