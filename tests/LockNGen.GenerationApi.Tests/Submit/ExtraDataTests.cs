using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using LockNGen.GenerationApi.Storage;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace LockNGen.GenerationApi.Tests.Submit;

/// <summary>Case 18: nodes read hidden inputs from extra_data, the editor's workflow and a key that pays for partner nodes.</summary>
public abstract class ExtraDataTests(PostgreSqlFixture? server) : DatabaseTests(server)
{
    private const string PartnerKey = "comfyui-4f1a77c2e0aa4b7f9d";

    private static readonly object Workflow = new Dictionary<string, object>
    {
        ["1"] = new { class_type = "PartnerImage", inputs = new { prompt = "x" } },
        ["2"] = new { class_type = "SaveImage", inputs = new { images = new object[] { "1", 0 }, filename_prefix = "r" } },
    };

    [Fact]
    public async Task ExtraData_OfTheSubmission_ReachesTheWatcher_AndIsSentAgainWithARequeue()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu-1"));
        await using var api = await StartApiAsync(null, watcher);
        await watcher.StartAsync();
        var extraData = new { extra_pnginfo = new { workflow = new { nodes = Array.Empty<int>(), seed = 18446744073709551615 } }, other = "here" };

        await api.SubmitAsync(new { workflow = Workflow, extraData });
        var (id, work) = await watcher.TakeAsync();
        await watcher.CompleteAsync(id, work);
        (await api.Client.PostAsync($"/api/generations/{id}/requeue", null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var (_, again) = await watcher.TakeAsync();

        work.ExtraData!.Value.GetRawText().ShouldBe(JsonSerializer.Serialize(extraData));
        again.ExtraData!.Value.GetRawText().ShouldBe(JsonSerializer.Serialize(extraData));
    }

    [Theory]
    [InlineData("""{"lockngen":{}}""", "extraData.lockngen", "reserved_key")]
    [InlineData("""{"client_id":"x"}""", "extraData.client_id", "reserved_key")]
    [InlineData("""{"api_key_comfy_org":"x"}""", "extraData.api_key_comfy_org", "reserved_key")]
    [InlineData("""{"extra_pnginfo":[]}""", "extraData.extra_pnginfo", "wrong_type")]
    [InlineData("[]", "extraData", "wrong_type")]
    public async Task ExtraData_ThatMayNotBe_IsRefusedByName(string extraData, string field, string code)
    {
        await using var api = await StartApiAsync();

        var error = await RefusalAsync(api, new { workflow = Workflow, extraData = JsonElement.Parse(extraData) });

        (error.GetProperty("field").GetString(), error.GetProperty("code").GetString()).ShouldBe((field, code));
    }

    [Fact]
    public async Task ExtraData_ThatIsTooLarge_IsRefusedWithTheLimit()
    {
        await using var api = await StartApiAsync();

        var error = await RefusalAsync(api, new { workflow = Workflow, extraData = new { text = new string('x', 1 << 20) } });

        error.GetProperty("field").GetString().ShouldBe("extraData");
        error.GetProperty("message").GetString()!.ShouldContain("1,048,576");
    }

    [Fact]
    public async Task PartnerKey_IsHandedToTheWatcher_AndIsNowhereElse()
    {
        var log = new LogRecorder();
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu-1"));
        await using var api = await StartApiAsync(log, null, watcher);
        await watcher.StartAsync();
        var body = new { workflow = Workflow, partnerKey = PartnerKey };

        using var dryRun = await api.Client.PostAsJsonAsync("/api/generations?dryRun=true", body);
        var answers = new List<string> { await dryRun.Content.ReadAsStringAsync(), (await api.SubmitAsync(body)).ToString() };
        var (id, work) = await watcher.TakeAsync();
        (await StoredAsync(api)).ShouldNotContain(PartnerKey);
        (await SecretsAsync(api, id)).ShouldNotBeNull();
        await watcher.CompleteAsync(id, work);
        answers.Add(await api.Events.OutcomeJsonAsync(id));
        answers.Add((await api.GetAsync(id)).ToString());

        work.Secrets.ShouldBe(new Dictionary<string, string> { ["api_key_comfy_org"] = PartnerKey });
        (await SecretsAsync(api, id)).ShouldBeNull();
        answers.ShouldAllBe(a => !a.Contains(PartnerKey));
        log.Lines.ShouldNotBeEmpty();
        log.Lines.ShouldAllBe(l => !l.Contains(PartnerKey));
        foreach (var file in Directory.EnumerateFiles(api.Folder, "*", SearchOption.AllDirectories))
            (await ReadSharedAsync(file)).ShouldNotContain(PartnerKey);
    }

    [Fact]
    public async Task PartnerKey_OfACancelledGeneration_IsErased()
    {
        await using var api = await StartApiAsync();
        var id = (await api.SubmitAsync(new { workflow = Workflow, partnerKey = PartnerKey })).GetProperty("id").GetGuid();

        (await SecretsAsync(api, id)).ShouldNotBeNull();
        using var _ = await api.Client.PostAsync($"/api/generations/{id}/cancel", null);
        await api.Events.EndOfAsync(id);

        (await SecretsAsync(api, id)).ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    public async Task PartnerKey_ThatCannotBeOne_IsRefusedWithoutQuotingIt(string key)
    {
        await using var api = await StartApiAsync();

        var error = await RefusalAsync(api, new { workflow = Workflow, partnerKey = key });

        error.GetProperty("field").GetString().ShouldBe("partnerKey");
        if (key.Length > 0)
            error.ToString().ShouldNotContain(key);
    }

    private static async Task<JsonElement> RefusalAsync(ApiHost api, object body)
    {
        using var response = await api.Client.PostAsJsonAsync("/api/generations", body);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").EnumerateArray().ShouldHaveSingleItem();
    }

    private static Task<string?> SecretsAsync(ApiHost api, Guid id) => api.Services.GetRequiredService<GenerationsDatabase>().ReadAsync(
        session => session.ScalarAsync<string>("SELECT secrets FROM generation_inputs WHERE generation_id = @id", new { id }), CancellationToken.None);

    private static async Task<string> StoredAsync(ApiHost api)
    {
        var text = new StringBuilder();
        foreach (var table in new[] { "generations", "generation_inputs", "outbox", "idempotency_keys", "submissions", "settings" })
        {
            var rows = await api.Services.GetRequiredService<GenerationsDatabase>().ReadAsync(
                session => session.QueryAsync<dynamic>($"SELECT * FROM {table}"), CancellationToken.None);
            foreach (IDictionary<string, object?> row in rows)
                text.AppendJoin(' ', row.Values).AppendLine();
        }

        return text.ToString();
    }

    private static async Task<string> ReadSharedAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }

    public sealed class OnSqlite() : ExtraDataTests(null);

    [Trait("Category", "Integration")]
    public sealed class OnPostgreSql(PostgreSqlFixture server) : ExtraDataTests(server);
}
