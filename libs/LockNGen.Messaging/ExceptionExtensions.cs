namespace LockNGen.Messaging;

/// <summary>For what MassTransit wraps, and wraps again.</summary>
internal static class ExceptionExtensions
{
    /// <summary>The exception, and what it was caused by, outermost first.</summary>
    public static IEnumerable<Exception> Causes(this Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            yield return exception;
    }
}
