using LockNGen.FaultTests.Rig;

namespace LockNGen.FaultTests.Faults;

/// <summary>kill -9 of PostgreSQL's primary, which is lost for good; its standby is promoted after a while.</summary>
internal sealed class FailOverDatabase(Database database, TimeSpan lasts) : Fault("database failover", "database", lasts)
{
    public override Task BreakAsync(CancellationToken cancellationToken) => database.Primary.KillAsync();

    public override Task MendAsync(CancellationToken cancellationToken) => database.FailOverAsync();
}
