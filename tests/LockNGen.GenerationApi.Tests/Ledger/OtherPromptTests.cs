using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.Messaging;
using LockNGen.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace LockNGen.GenerationApi.Tests.Ledger;

/// <summary>What others submitted straight to a watched ComfyUI.</summary>
public abstract class OtherPromptTests(PostgreSqlFixture? server) : DatabaseTests(server)
{
    private static readonly DateTimeOffset StartedAt = new(2026, 2, 3, 15, 7, 0, TimeSpan.Zero);

    [Fact]
    public async Task Prompt_OfSomeoneElse_IsKnownWithItsImages()
    {
        await using var api = await StartApiAsync(null);
        var promptId = Guid.NewGuid();

        var known = await ReportAsync(api, promptId.ToString());
        known.GenerationId.ShouldBe(promptId);
        var running = await api.GetAsync(promptId);
        (running.GetProperty("status").GetString(), running.GetProperty("instance").GetString()).ShouldBe(("running", "gpu"));
        var image = await StoreAsync(known);
        await ReportAsync(api, promptId.ToString(), Completed(known.GenerationId, image));

        var ended = await api.GetAsync(promptId);
        ended.GetProperty("status").GetString().ShouldBe("completed");
        ended.GetProperty("images")[0].GetProperty("url").GetString().ShouldBe($"/api/generations/{promptId}/images/1");
        (await api.Client.GetByteArrayAsync($"/api/generations/{promptId}/images/1")).ShouldBe(Pictures.Png(8, 8));
        var snapshot = await Commands(api).RequestAsync<GetSnapshot, SnapshotAnswer>(BusQueues.GenerationApi, new GetSnapshot { GenerationId = promptId }, default);
        snapshot.Snapshot!.Data.Status.ShouldBe(GenerationStatus.Completed);
        snapshot.Snapshot.Data.Images.ShouldHaveSingleItem().ShouldBe(image);
        // It has ended: nothing is added to it, and nothing is scheduled.
        (await UploadAsync(known)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await api.Client.GetFromJsonAsync<JsonElement>("/api/generations")).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Prompt_UnderAGenerationsId_GetsAnotherAndEndsNothing()
    {
        await using var api = await StartApiAsync(null);
        var ours = await api.SubmitTextAsync();

        var known = await ReportAsync(api, ours.ToString());
        await ReportAsync(api, ours.ToString(), Completed(known.GenerationId));

        known.GenerationId.ShouldNotBe(ours);
        (await ReportAsync(api, ours.ToString())).GenerationId.ShouldBe(known.GenerationId);
        (await api.GetAsync(ours)).GetProperty("status").GetString().ShouldBe("queued");
        (await api.GetAsync(known.GenerationId)).GetProperty("status").GetString().ShouldBe("completed");
        await Should.ThrowAsync<Exception>(() => ReportAsync(api, "another", Completed(ours)));
        (await api.GetAsync(ours)).GetProperty("status").GetString().ShouldBe("queued");
    }

    [Fact]
    public async Task Generation_UnderTheIdOfSomeoneElsesPrompt_IsRefused()
    {
        await using var api = await StartApiAsync(null);
        var promptId = Guid.NewGuid();
        await ReportAsync(api, promptId.ToString());

        using var response = await api.Client.PostAsJsonAsync(
            "/api/generations", new { id = promptId, template = "txt2img", parameters = new { prompt = "x", model = "m" } });

        response.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Prompt_WhoseIdIsNoUuid_IsKnownUnderOneOfItsInstance()
    {
        await using var api = await StartApiAsync(null);

        var first = await ReportAsync(api, "None");
        var elsewhere = await ReportAsync(api, "None", instance: "other-gpu");

        first.GenerationId.ShouldNotBe(elsewhere.GenerationId);
        (await ReportAsync(api, "None")).GenerationId.ShouldBe(first.GenerationId);
    }

    private static CommandClient Commands(ApiHost api) => api.Services.GetRequiredService<CommandClient>();

    private static Task<OtherPromptAnswer> ReportAsync(ApiHost api, string promptId, GenerationEvent? ending = null, string instance = "gpu") =>
        Commands(api).RequestAsync<ReportOtherPrompt, OtherPromptAnswer>(
            BusQueues.GenerationApi,
            new ReportOtherPrompt
            {
                Instance = instance,
                PromptId = promptId,
                StartedAt = StartedAt,
                Event = ending is null ? null : JsonElement.Parse(ContractsJson.Serialize(ending)),
            },
            CancellationToken.None);

    private static GenerationCompleted Completed(Guid id, params GenerationImage[] images) => new()
    {
        GenerationId = id,
        Sequence = GenerationSequence.Of(1, 2),
        Timestamp = StartedAt.AddSeconds(5),
        Data = new GenerationCompletedData { Images = images, DurationSeconds = 5 },
    };

    private static async Task<GenerationImage> StoreAsync(OtherPromptAnswer place)
    {
        using var response = await UploadAsync(place);
        return (await response.Content.ReadFromJsonAsync(ContractsJson.Default.GenerationImage))!;
    }

    private static Task<HttpResponseMessage> UploadAsync(OtherPromptAnswer place) => FakeWatcher.UploadAsync(
        new GenerationWork { Attempt = 1, Workflow = default, Prompts = [], UploadUrl = place.UploadUrl, UploadToken = place.UploadToken }, 1, 1, Pictures.Png(8, 8));

    [Trait("Category", "Integration")]
    public sealed class OnPostgreSql(PostgreSqlFixture server) : OtherPromptTests(server);

    public sealed class OnSqlite() : OtherPromptTests(null);
}
