using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace LockNGen.Storage;

/// <summary>Problems with the file of a SQLite database that waiting does not fix.</summary>
internal static class SqliteFailure
{
    // https://www.sqlite.org/rescode.html
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    /// <summary>The message for the operator; null for a transient failure.</summary>
    public static string? Explain(DbException exception) => (exception as SqliteException)?.SqliteErrorCode switch
    {
        Corrupt or NotADatabase =>
            $"The SQLite database is damaged ({exception.Message}) Restore its file from a backup, or move it away to start with an empty one.",
        ReadOnly or CannotOpen =>
            $"The SQLite database cannot be opened for writing ({exception.Message}) Give the user of this process the right to write to the file and its folder.",
        Full or InputOutput => $"The SQLite database cannot be written ({exception.Message}) Is the disk full?",
        _ => null,
    };
}
