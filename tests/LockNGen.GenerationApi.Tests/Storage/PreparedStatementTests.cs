using LockNGen.TestSupport;

namespace LockNGen.GenerationApi.Tests.Storage;

[Trait("Category", "Integration")]
public sealed class PreparedStatementTests(PostgreSqlFixture server)
{
    /// <summary>Npgsql prepares a statement after five uses.</summary>
    private const int UsesUntilPrepared = 6;

    [Fact]
    public async Task Statement_PreparedBeforeAnotherReplicaMigratedItsTable_StillRuns()
    {
        // One connection, so that it is the one that has it prepared.
        await using var database = new AnyDatabase(await server.CreateDatabaseAsync() + ";Maximum Pool Size=1");
        await ExecuteAsync("CREATE TABLE things (name TEXT NOT NULL); INSERT INTO things VALUES ('a')");
        for (var i = 0; i < UsesUntilPrepared; i++)
            await ReadAsync();

        await ExecuteAsync("ALTER TABLE things ADD COLUMN size INTEGER NOT NULL DEFAULT 3");

        (await ReadAsync()).ShouldHaveSingleItem().Size.ShouldBe(3);

        Task ExecuteAsync(string sql) => database.WriteAsync(session => session.ExecuteAsync(sql), TestContext.Current.CancellationToken);

        Task<IReadOnlyList<Thing>> ReadAsync() =>
            database.ReadAsync(session => session.QueryAsync<Thing>("SELECT * FROM things"), TestContext.Current.CancellationToken);
    }

    private sealed record Thing
    {
        public required string Name { get; init; }
        public int Size { get; init; }
    }
}
