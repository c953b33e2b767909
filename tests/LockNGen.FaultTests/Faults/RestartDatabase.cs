using LockNGen.FaultTests.Rig;

namespace LockNGen.FaultTests.Faults;

/// <summary>The database crashes, recovers from its log and is there again.</summary>
internal sealed class RestartDatabase(Database database, TimeSpan lasts) : Fault("database restart", "database", lasts)
{
    public override Task BreakAsync(CancellationToken cancellationToken) => database.Primary.CrashAsync();

    public override Task MendAsync(CancellationToken cancellationToken) => database.Primary.StartAsync();
}
