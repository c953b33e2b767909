using Npgsql;

namespace LockNGen.Storage;

/// <summary>Checks connection strings before anything is opened.</summary>
public static class DatabaseAddress
{
    private const string Examples = "Give \"Data Source=FILE\" for SQLite or \"Host=...;Database=...;Username=...;Password=...\" for PostgreSQL.";

    /// <summary>What is wrong with a connection string, as the end of a sentence that begins with its name; null when nothing is.</summary>
    public static string? FindProblem(string address)
    {
        if (Database.IsSqliteAddress(address))
            return null;
        try
        {
            return string.IsNullOrWhiteSpace(new NpgsqlConnectionStringBuilder(address).Host) ? $"names no host. {Examples}" : null;
        }
        catch (ArgumentException)
        {
            return $"is not a connection string. {Examples}";
        }
    }
}
