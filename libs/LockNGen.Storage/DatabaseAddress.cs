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
            var postgreSql = new NpgsqlConnectionStringBuilder(address);
            var hosts = postgreSql.Host?.Split(',', StringSplitOptions.TrimEntries) ?? [];
            if (hosts.Length < 2)
                return string.IsNullOrWhiteSpace(postgreSql.Host) ? $"names no host. {Examples}" : null;
            var empty = Array.IndexOf(hosts, "");
            if (empty >= 0)
                return $"names no host at place {empty + 1} of {hosts.Length}. {Examples}";
            return PostgreSqlSource.WantedOf(postgreSql) is null
                ? "must ask for \"Target Session Attributes=primary\" (the default with several hosts) or \"read-write\": everything is written."
                : null;
        }
        catch (ArgumentException)
        {
            return $"is not a connection string. {Examples}";
        }
    }
}
