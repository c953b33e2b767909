namespace LockNGen.Messaging;

/// <summary>Carries a request to the reader of a queue and its answer back: over the broker, or within the process.</summary>
internal interface IRequests
{
    /// <inheritdoc cref="CommandClient.RequestAsync{TRequest, TAnswer}"/>
    Task<TAnswer> RequestAsync<TRequest, TAnswer>(string queue, TRequest request, bool mandatory, CancellationToken cancellationToken)
        where TRequest : class
        where TAnswer : class;
}
