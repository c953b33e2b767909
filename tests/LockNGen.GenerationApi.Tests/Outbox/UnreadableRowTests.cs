using LockNGen.Contracts;
using LockNGen.GenerationApi.Storage;
using LockNGen.GenerationApi.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace LockNGen.GenerationApi.Tests.Outbox;

public sealed class UnreadableRowTests
{
    [Theory]
    [InlineData("generation.queued", "{ this is no JSON")]
    [InlineData("generation.queued", "null")]
    [InlineData("generation.unheard-of", "{}")]
    [InlineData("command.register-webhook", "null")]
    [InlineData("generation.completed", "too large")]
    public async Task Row_ThatCannotBeRead_IsParkedAndHoldsUpNothing(string type, string body)
    {
        await using var api = await ApiHost.StartAsync();
        var database = api.Services.GetRequiredService<GenerationsDatabase>();
        var poisoned = Guid.NewGuid();
        body = body == "too large" ? new string(' ', 17 << 20) : body;
        await database.WriteAsync(
            session => session.ExecuteAsync(
                "INSERT INTO outbox (generation_id, type, body) VALUES (@poisoned, @type, @body)", new { poisoned, type, body }),
            TestContext.Current.CancellationToken);

        // The second one's event is published by a later pass than the one that met the row.
        for (var i = 0; i < 2; i++)
        {
            var id = await api.SubmitTextAsync();
            await api.Events.WaitAsync(e => e is GenerationQueued && e.GenerationId == id);
        }

        var problem = await database.ReadAsync(
            session => session.ScalarAsync<string>("SELECT problem FROM outbox WHERE generation_id = @poisoned", new { poisoned }),
            TestContext.Current.CancellationToken);
        problem.ShouldNotBeNullOrEmpty();
    }
}
