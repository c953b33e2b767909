using LockNGen.Storage;
using LockNGen.TestSupport;

namespace LockNGen.GenerationApi.Tests.Storage;

/// <summary>Two servers in the connection string; the standby is promoted when the primary has crashed.</summary>
[Trait("Category", "Integration")]
public sealed class DatabaseFailoverTests
{
    [Fact]
    public async Task Database_WhosePrimaryCrashes_ContinuesAtThePromotedStandby()
    {
        await using var server = new PostgreSqlFixture();
        var address = await server.CreateDatabaseAsync();
        await using var standby = new PostgreSqlServer();
        await standby.FollowAsync(server.Own);
        // The standby first, so that it is not only the order that finds the primary.
        await using var database = new AnyDatabase(address.Replace(
            $"Host=127.0.0.1;Port={server.Own.Port}", $"Host=127.0.0.1:{standby.Port},127.0.0.1:{server.Own.Port};Target Session Attributes=primary", StringComparison.Ordinal));
        await database.WriteAsync(s => s.ExecuteAsync("CREATE TABLE numbers (n int)"), TestContext.Current.CancellationToken);
        await InsertAsync(1);
        var held = await database.LockAsync("any", TestContext.Current.CancellationToken);

        await server.Own.KillAsync();
        // Begun while no server can be written to: they wait for the promotion.
        var writing = InsertAsync(2);
        var reading = database.ReadAsync(s => s.ScalarAsync<long>("SELECT count(*) FROM numbers"), TestContext.Current.CancellationToken);
        await standby.PromoteAsync();

        await writing;
        (await reading).ShouldBeGreaterThan(0);
        (await Record.ExceptionAsync(async () => await held.DisposeAsync())).ShouldNotBeNull("else this test tells nothing");
        await using var again = await database.LockAsync("any", TestContext.Current.CancellationToken);
        (await database.ReadAsync(s => s.ScalarAsync<long>("SELECT count(*) FROM numbers"), TestContext.Current.CancellationToken)).ShouldBe(2);

        Task InsertAsync(int n) => database.WriteAsync(s => s.ExecuteAsync("INSERT INTO numbers VALUES (@n)", new { n }), TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("Host=a,b:5433;Database=x", null)]
    [InlineData("Host=a,b;Database=x;Target Session Attributes=read-write", null)]
    [InlineData("Host=a,,b;Database=x", "names no host at place 2 of 3")]
    [InlineData("Host=a,b;Database=x;Target Session Attributes=any", "must ask for \"Target Session Attributes=primary\"")]
    public void Address_OfSeveralHosts_NamesWhatIsWrongWithIt(string address, string? problem)
    {
        var found = DatabaseAddress.FindProblem(address);

        if (problem is null)
            found.ShouldBeNull();
        else
            found.ShouldNotBeNull().ShouldStartWith(problem);
    }
}
