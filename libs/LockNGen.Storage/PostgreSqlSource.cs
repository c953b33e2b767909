using System.Data.Common;
using Npgsql;

namespace LockNGen.Storage;

/// <summary>
/// PostgreSQL by its connection string: one server, or several of which one is the primary ("Host=a,b:5433"). Everything here is written, so only
/// the current primary will do.
/// </summary>
internal static class PostgreSqlSource
{
    private const int MaxPrepared = 100;

    /// <summary>With several servers: how often, in seconds, their roles are checked, which bounds how late a promoted standby is found.</summary>
    private const int RecheckSeconds = 2;
    private const int ConnectSeconds = 4;

    public static NpgsqlDataSource Open(string connectionString)
    {
        // Parsing and planning the same statements over and over cost the server more than running them.
        var address = new NpgsqlConnectionStringBuilder(connectionString);
        if (address.MaxAutoPrepare == 0)
            address.MaxAutoPrepare = MaxPrepared;
        // Nothing that we set outlasts its transaction, so there is nothing to reset when a connection returns to its pool.
        address.NoResetOnClose = true;
        var wanted = WantedOf(address) ?? throw new FormatException($"Target Session Attributes is {address.TargetSessionAttributes}");
        // Npgsql takes it from the data source below, and rejects it in the string.
        address.Remove("Target Session Attributes");
        if (!HasSeveralHosts(address))
            return NpgsqlDataSource.Create(address);
        if (!address.ShouldSerialize("Host Recheck Seconds"))
            address.HostRecheckSeconds = RecheckSeconds;
        if (!address.ShouldSerialize("Timeout"))
            address.Timeout = ConnectSeconds;
        return new NpgsqlDataSourceBuilder(address.ConnectionString).BuildMultiHost().WithTargetSession(wanted);
    }

    /// <summary>Whether there is another server to turn to when one is lost.</summary>
    public static bool HasSeveralHosts(NpgsqlConnectionStringBuilder address) => address.Host?.Contains(',') == true;

    /// <summary>The kind of server to connect to: <c>Primary</c> unless the string says <c>ReadWrite</c>; null for one that cannot be written to.</summary>
    public static TargetSessionAttributes? WantedOf(NpgsqlConnectionStringBuilder address) =>
        (address.TargetSessionAttributes ?? nameof(TargetSessionAttributes.Primary)).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant() switch
        {
            "PRIMARY" => TargetSessionAttributes.Primary,
            "READWRITE" => TargetSessionAttributes.ReadWrite,
            _ => null,
        };

    /// <summary>
    /// Whether the server was lost, or can no longer be written to, so that another may take over. Nothing of the transaction is left then,
    /// unless it was being committed.
    /// </summary>
    public static bool IsLoss(DbException error) => error switch
    {
        PostgresException e => e.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
            or PostgresErrorCodes.ReadOnlySqlTransaction or ['0', '8', ..],
        NpgsqlException => true,
        _ => false,
    };
}
