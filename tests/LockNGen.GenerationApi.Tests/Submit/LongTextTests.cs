using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.TestSupport;

namespace LockNGen.GenerationApi.Tests.Submit;

/// <summary>Texts of which less is kept than was sent. PostgreSQL takes no half of a surrogate pair, SQLite does.</summary>
public abstract class LongTextTests(PostgreSqlFixture? server) : DatabaseTests(server)
{
    [Fact]
    public async Task Prompt_CutInTheMiddleOfAnEmoji_IsFoundByWhatIsBeforeIt()
    {
        await using var api = await StartApiAsync();
        var prompt = new string('x', 1_999);

        var id = await api.SubmitTextAsync(prompt: prompt + string.Concat(Enumerable.Repeat("\U0001F642", 100)));

        var found = await api.Client.GetFromJsonAsync<JsonElement>($"/api/generations?q={prompt[..20]}", TestContext.Current.CancellationToken);
        found.GetProperty("items").EnumerateArray().ShouldHaveSingleItem().GetProperty("id").GetGuid().ShouldBe(id);
    }

    public sealed class OnSqlite() : LongTextTests(null);

    [Trait("Category", "Integration")]
    public sealed class OnPostgreSql(PostgreSqlFixture server) : LongTextTests(server);
}
