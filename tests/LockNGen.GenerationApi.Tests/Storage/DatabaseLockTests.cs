using System.Data.Common;
using LockNGen.TestSupport;

namespace LockNGen.GenerationApi.Tests.Storage;

[Trait("Category", "Integration")]
public sealed class DatabaseLockTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Lock_WhoseServerCrashedWhileItWasHeld_CanBeTakenAgain()
    {
        // A separate server, because the test crashes it.
        await using var server = new PostgreSqlFixture();
        await using var database = new AnyDatabase(await server.CreateDatabaseAsync());
        var held = await database.LockAsync("scheduler", TestContext.Current.CancellationToken);

        await server.Own.CrashAsync();
        (await Record.ExceptionAsync(async () => await held.DisposeAsync())).ShouldNotBeNull("else this test tells nothing");
        await server.Own.StartAsync();

        await using var again = await TakeAsync(database);
    }

    /// <summary>Connections to the crashed server that are still in the pool fail first.</summary>
    private static async Task<IAsyncDisposable> TakeAsync(AnyDatabase database)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                return await database.LockAsync("scheduler", limit.Token);
            }
            catch (DbException) when (!limit.IsCancellationRequested)
            {
                continue;
            }
        }
    }
}
