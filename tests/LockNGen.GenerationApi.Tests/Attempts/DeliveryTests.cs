using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using LockNGen.Contracts;
using LockNGen.GenerationApi.Tests.Support;

namespace LockNGen.GenerationApi.Tests.Attempts;

/// <summary>Events, responses and the history contain what a watcher reported about a result (cases 9, 10 and 45).</summary>
public sealed class DeliveryTests
{
    private const string OfNode9 = "&node=9&title=Final%20%E2%98%83&key=images&filename=r_00001_.png&subfolder=main&source=output";

    [Fact]
    public async Task Result_WithWhatIsKnownOfIt_IsReportedEverywhere()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await ApiHost.StartAsync(watchers: [watcher]);
        await watcher.StartAsync();
        var call = api.Client.PostAsJsonAsync("/generate", new { template = "txt2img", parameters = new { prompt = "x", seed = 7, model = "m" } });
        var (id, work) = await watcher.TakeAsync();

        var image = await StoreAsync(work, 1, Pictures.Png(64, 48), OfNode9);
        var text = await StoreAsync(work, 2, "a b 🙂"u8.ToArray(), "&node=12&key=text&kind=text");
        var empty = await StoreAsync(work, 3, [], "&node=12&key=text&kind=text");
        await EndAsync(watcher, id, work, [image, text, empty]);

        (image.Kind, image.NodeId, image.NodeTitle, image.OutputKey, image.Filename, image.Subfolder, image.Source)
            .ShouldBe(("image", "9", "Final ☃", "images", "r_00001_.png", "main", "output"));
        (image.Bytes, image.Hash!.Length, image.Seed, image.SeedText).ShouldBe((Pictures.Png(64, 48).Length, 64, 7UL, "7"));
        (text.Kind, text.ContentType, text.Text, text.Bytes).ShouldBe(("text", "text/plain; charset=utf-8", "a b 🙂", 8));
        (empty.Kind, empty.Text, empty.Bytes).ShouldBe(("text", "", 0));

        using var response = await call;
        var generated = await response.Content.ReadFromJsonAsync<JsonElement>();
        var answer = await api.GetAsync(id);
        var listed = (await api.Client.GetFromJsonAsync<JsonElement>("/api/generations"))!.GetProperty("items")[0];
        foreach (var results in new[] { generated, answer, listed })
        {
            results.GetProperty("images").EnumerateArray().Select(i => i.GetProperty("kind").GetString()).ShouldBe(["image", "text", "text"]);
            results.GetProperty("images")[0].GetProperty("filename").GetString().ShouldBe("r_00001_.png");
            results.GetProperty("images")[2].GetProperty("text").GetString().ShouldBe("");
            results.GetProperty("warnings")[0].GetProperty("code").GetString().ShouldBe(GenerationWarningCodes.ResultMissing);
        }

        (await api.Client.GetStringAsync($"/api/generations/{id}/images/2")).ShouldBe("a b 🙂");
    }

    [Fact]
    public async Task Seed_AboveTheRangeOfSignedNumbers_IsReportedUnchanged()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await ApiHost.StartAsync(watchers: [watcher]);
        await watcher.StartAsync();
        await api.SubmitTextAsync();
        var (_, work) = await watcher.TakeAsync();

        using var response = await FakeWatcher.UploadAsync(work, 1, 1, Pictures.Png(8, 8), seed: ulong.MaxValue);

        var image = (await response.Content.ReadFromJsonAsync(ContractsJson.Default.GenerationImage))!;
        (image.Seed, image.SeedText).ShouldBe((ulong.MaxValue, "18446744073709551615"));
    }

    [Fact]
    public async Task Texts_LongerThanEventsCarry_AreCutThereAndWholeAtTheirAddress()
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await ApiHost.StartAsync(watchers: [watcher]);
        await watcher.StartAsync();
        var id = await api.SubmitTextAsync();
        var (_, work) = await watcher.TakeAsync();
        var whole = Encoding.UTF8.GetBytes(new string('x', GenerationImage.MaxInlineText - 1) + string.Concat(Enumerable.Repeat("🙂", 2000)));

        var texts = new List<string?>();
        for (var file = 1; file <= 5; file++)
            texts.Add((await StoreAsync(work, file, whole, "&kind=text")).Text);

        // Cut before half of a surrogate pair; and no text where the room of the generation is used up.
        texts[0].ShouldBe(new string('x', GenerationImage.MaxInlineText - 1));
        texts[4].ShouldBeNull();
        (await api.Client.GetByteArrayAsync($"/api/generations/{id}/images/5")).ShouldBe(whole);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"includeTemp\":true")]
    public async Task Claim_ReportsWhetherPreviewsAreWantedAndHowLargeAFileMayBe(string more)
    {
        await using var watcher = new FakeWatcher("w1", FakeWatcher.Instance("gpu"));
        await using var api = await ApiHost.StartAsync(watchers: [watcher]);
        await watcher.StartAsync();
        using var body = new StringContent($$"""{"template":"txt2img","parameters":{"prompt":"x","seed":7,"model":"m"}{{more}}}""");
        (await api.Client.PostAsync("/api/generations", body)).EnsureSuccessStatusCode();

        var (_, work) = await watcher.TakeAsync();

        (work.IncludeTemp, work.MaxFileBytes).ShouldBe((more.Length > 0, 1L << 30));
    }

    private static async Task<GenerationImage> StoreAsync(GenerationWork work, int file, byte[] bytes, string query)
    {
        using var response = await FakeWatcher.UploadAsync(work, 1, file, bytes, files: 5, query: query);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync(ContractsJson.Default.GenerationImage))!;
    }

    private static Task<OutcomeDecision> EndAsync(FakeWatcher watcher, Guid id, GenerationWork work, IReadOnlyList<GenerationImage> images) =>
        watcher.ReportAsync(id, work.Attempt, new GenerationCompleted
        {
            GenerationId = id,
            Sequence = GenerationSequence.Of(work.Attempt, 2),
            Timestamp = DateTimeOffset.UtcNow,
            Data = new GenerationCompletedData
            {
                Images = images,
                DurationSeconds = 1,
                Warnings = [new GenerationWarning { Code = GenerationWarningCodes.ResultMissing, Message = "gone" }],
            },
        });
}
