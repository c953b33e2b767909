using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.TestSupport;

namespace LockNGen.GenerationApi.Tests.Submit;

/// <summary>The trial submission of a start: taken to the end, and gone.</summary>
public abstract class WarmUpTests(PostgreSqlFixture? server) : DatabaseTests(server)
{
    [Fact]
    public async Task Start_TriesASubmission_AndLeavesNothingOfIt()
    {
        var log = new LogRecorder();
        await using var api = await StartApiAsync(log, new Dictionary<string, string?> { ["Logging:LogLevel:LockNGen"] = "Debug" });

        log.Lines.ShouldContain(l => l.StartsWith("A trial submission was stored and rolled back", StringComparison.Ordinal));
        var queue = await api.Client.GetFromJsonAsync<JsonElement>("/api/queue");
        var history = await api.Client.GetFromJsonAsync<JsonElement>("/api/generations");
        var id = await api.SubmitTextAsync();
        var queued = (GenerationQueued)await api.Events.WaitAsync(_ => true);

        queue.GetProperty("waiting").GetInt32().ShouldBe(0);
        history.GetProperty("items").GetArrayLength().ShouldBe(0);
        (queued.GenerationId, queued.Data.Position).ShouldBe((id, 0));
    }

    public sealed class OnSqlite() : WarmUpTests(null);

    [Trait("Category", "Integration")]
    public sealed class OnPostgreSql(PostgreSqlFixture server) : WarmUpTests(server);
}
