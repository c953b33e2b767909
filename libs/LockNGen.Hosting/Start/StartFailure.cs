using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace LockNGen.Hosting.Start;

/// <summary>A reason not to start that the operator can fix; its message says how.</summary>
public sealed class StartFailureException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>Describes a failed start in the one line that an operator needs.</summary>
internal static class StartFailure
{
    /// <summary>Null when the cause is unknown: then it is a bug, and its stack trace is needed.</summary>
    public static string? Explain(Exception exception) => exception switch
    {
        StartFailureException => exception.Message,
        OptionsValidationException invalid => string.Join(Environment.NewLine, invalid.Failures),
        InvalidOperationException when exception.Message.StartsWith("Failed to convert configuration value", StringComparison.Ordinal) => exception.Message,
        IOException { InnerException: AddressInUseException } =>
            $"{exception.Message} Stop what listens there, or choose another address with ASPNETCORE_URLS.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } =>
            "This user may not listen on the configured port (those below 1024 need a privilege): choose another address with ASPNETCORE_URLS.",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } =>
            "This machine does not have the configured address: choose another one with ASPNETCORE_URLS.",
        UnauthorizedAccessException =>
            $"{exception.Message} Give the user of this process the right to write there, or choose another folder.",
        IOException => $"{exception.Message} The service needs a folder that it can write to, with space left.",
        AggregateException { InnerExceptions: [var only] } => Explain(only),
        _ => null,
    };
}
