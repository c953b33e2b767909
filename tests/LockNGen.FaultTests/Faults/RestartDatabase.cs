using LockNGen.TestSupport;

namespace LockNGen.FaultTests.Faults;

/// <summary>The database crashes, recovers from its log and is there again.</summary>
internal sealed class RestartDatabase(PostgreSqlFixture database, TimeSpan lasts) : Fault("database restart", "database", lasts)
{
    public override Task BreakAsync(CancellationToken cancellationToken) => database.CrashAsync();

    public override Task MendAsync(CancellationToken cancellationToken) => database.StartAgainAsync();
}
