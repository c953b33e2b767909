namespace LockNGen.Messaging;

/// <summary>For exceptions that MassTransit wraps, sometimes more than once.</summary>
internal static class ExceptionExtensions
{
    /// <summary>The exception and its inner exceptions, outermost first.</summary>
    public static IEnumerable<Exception> Causes(this Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            yield return exception;
    }
}
