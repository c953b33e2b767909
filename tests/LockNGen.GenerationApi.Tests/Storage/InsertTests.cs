using LockNGen.TestSupport;

namespace LockNGen.GenerationApi.Tests.Storage;

public abstract class InsertTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lockngen-api-").FullName;
    private readonly PostgreSqlFixture? _server;

    protected InsertTests(PostgreSqlFixture? server) => _server = server;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(203)]
    public async Task Rows_InsertedTogether_AreAllThereInTheirOrder(int count)
    {
        await using var database = new AnyDatabase(
            _server is null ? $"Data Source={Path.Combine(_folder, "any.db")}" : await _server.CreateDatabaseAsync());
        var number = database.IsSqlite ? "INTEGER PRIMARY KEY AUTOINCREMENT" : "BIGINT GENERATED ALWAYS AS IDENTITY";
        await database.WriteAsync(
            session => session.ExecuteAsync(
                $"CREATE TABLE things (number {number}, id TEXT, name TEXT, seen_at BIGINT, size BIGINT, weight DOUBLE PRECISION, kind INTEGER)"),
            TestContext.Current.CancellationToken);
        var things = Enumerable.Range(0, count).Select(i => new Thing
        {
            Id = Guid.NewGuid(),
            Name = i % 3 == 0 ? null : $"it's {i}",
            SeenAt = DateTimeOffset.UnixEpoch.AddDays(i),
            Size = i % 2 == 0 ? null : long.MaxValue - i,
            Weight = i / 8.0,
            Kind = -i,
        }).ToList();

        await database.WriteAsync(session => session.InsertAsync("things", things), TestContext.Current.CancellationToken);

        var read = await database.ReadAsync(
            session => session.QueryAsync<Thing>("SELECT * FROM things ORDER BY number"), TestContext.Current.CancellationToken);
        read.ShouldBe(things);
    }

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private sealed record Thing
    {
        public Guid Id { get; init; }
        public string? Name { get; init; }
        public DateTimeOffset SeenAt { get; init; }
        public long? Size { get; init; }
        public double Weight { get; init; }
        public int Kind { get; init; }
    }

    public sealed class OnSqlite() : InsertTests(null);

    [Trait("Category", "Integration")]
    public sealed class OnPostgreSql(PostgreSqlFixture server) : InsertTests(server);
}
