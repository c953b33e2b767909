using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace LockNGen.ServiceDefaults.Start;

/// <summary>A reason not to start that the operator can remove; its message says how.</summary>
public sealed class StartFailureException(string message) : Exception(message);

/// <summary>Puts a failed start into the one line that an operator needs.</summary>
internal static class StartFailure
{
    // https://www.sqlite.org/rescode.html
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    /// <summary>Null when the cause is not known: then it is a bug, and its stack trace is wanted.</summary>
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
        SqliteException sqlite => Explain(sqlite),
        UnauthorizedAccessException =>
            $"{exception.Message} Give the user of this process the right to write there, or choose another folder.",
        IOException => $"{exception.Message} The service needs a folder that it can write to, with space left.",
        AggregateException { InnerExceptions: [var only] } => Explain(only),
        _ => null,
    };

    /// <summary>Whether waiting cannot mend what is wrong with the file of a SQLite database.</summary>
    public static bool IsLasting(Exception exception) => exception is SqliteException sqlite && Explain(sqlite) is not null;

    private static string? Explain(SqliteException sqlite) => sqlite.SqliteErrorCode switch
    {
        Corrupt or NotADatabase =>
            $"The SQLite database is damaged ({sqlite.Message}) Restore its file from a backup, or move it away to begin with an empty one.",
        ReadOnly or CannotOpen =>
            $"The SQLite database cannot be opened for writing ({sqlite.Message}) Give the user of this process the right to write to the file and its folder.",
        Full or InputOutput => $"The SQLite database cannot be written ({sqlite.Message}) Is the disk full?",
        _ => null,
    };
}
