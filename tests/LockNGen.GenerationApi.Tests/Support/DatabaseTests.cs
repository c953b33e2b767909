using LockNGen.TestSupport;

[assembly: AssemblyFixture(typeof(PostgreSqlFixture))]

namespace LockNGen.GenerationApi.Tests.Support;

/// <summary>
/// Tests that need a database. Each derived class has two nested ones, of SQLite and of PostgreSQL, so every test runs on both.
/// </summary>
/// <param name="server">The PostgreSQL server; null means SQLite.</param>
public abstract class DatabaseTests(PostgreSqlFixture? server)
{
    private protected async Task<ApiHost> StartApiAsync(IReadOnlyDictionary<string, string?>? settings = null, params FakeWatcher[] watchers) =>
        await StartApiAsync(log: null, settings, watchers);

    private protected async Task<ApiHost> StartApiAsync(LogRecorder? log, IReadOnlyDictionary<string, string?>? settings = null, params FakeWatcher[] watchers) =>
        await ApiHost.StartAsync(server is null ? null : await server.CreateDatabaseAsync(), settings: settings, watchers: watchers, log: log);
}
