using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using LockNGen.GenerationApi.Tests.Support;
using LockNGen.TestSupport;

namespace LockNGen.GenerationApi.Tests.Limits;

public abstract class SubmissionLimitsTests(PostgreSqlFixture? server) : DatabaseTests(server)
{
    [Fact]
    public async Task Headers_WithBothLimits_TellOfTheNearestOne()
    {
        await using var api = await StartAsync(submissions: 3, images: 6);

        using var first = await SubmitAsync(api, count: 1);
        using var second = await SubmitAsync(api, count: 5);

        RateLimitOf(first).ShouldBe((3, 2));
        RateLimitOf(second).ShouldBe((6, 0));
    }

    [Theory]
    [InlineData(0, 0, 10, 100)]
    [InlineData(3, 40, 3, 40)]
    public async Task PublicInstallation_HasTheSuggestedLimits_WhereNoneAreGiven(int submissions, int images, int aMinute, int anHour)
    {
        var settings = Settings(submissions, images);
        settings["Limits:Public"] = "true";
        await using var api = await StartApiAsync(settings);

        using var first = await SubmitAsync(api, count: 1);

        RateLimitOf(first).ShouldBe((aMinute, aMinute - 1));
        using var all = await SubmitAsync(api, count: anHour);
        await ShouldBeRefusedAsync(all, $"{anHour} images an hour", 3500, 3600);
    }

    [Fact]
    public async Task Submission_BeyondEitherLimit_Is429WithRetryAfterOfTheOneThatRefuses()
    {
        await using var api = await StartAsync(submissions: 2, images: 5);
        using var first = await SubmitAsync(api, count: 4);

        using var tooManyImages = await SubmitAsync(api, count: 2);
        using var second = await SubmitAsync(api, count: 1);
        using var tooManySubmissions = await SubmitAsync(api, count: 1);

        (first.StatusCode, second.StatusCode).ShouldBe((HttpStatusCode.Accepted, HttpStatusCode.Accepted));
        await ShouldBeRefusedAsync(tooManyImages, "5 images an hour", 3500, 3600);
        RateLimitOf(tooManyImages).ShouldBe((5, 1));
        // Both refuse now; the images for longer.
        await ShouldBeRefusedAsync(tooManySubmissions, "5 images an hour", 3500, 3600);
        RateLimitOf(tooManySubmissions).ShouldBe((5, 0));
    }

    [Fact]
    public async Task DryRuns_CountAsSubmissionsWithoutImages()
    {
        await using var api = await StartAsync(submissions: 2, images: 1);
        using var first = await SubmitAsync(api, count: 1, query: "?dryRun=true");
        using var second = await SubmitAsync(api, count: 1);

        using var third = await SubmitAsync(api, count: 1, query: "?dryRun=true");

        (first.StatusCode, second.StatusCode, third.StatusCode).ShouldBe((HttpStatusCode.OK, HttpStatusCode.Accepted, HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task Submission_ThatNoWaitingWouldAllow_Is400()
    {
        await using var api = await StartAsync(submissions: 0, images: 5);

        using var response = await SubmitAsync(api, count: 6);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Submission_ErasedAgain_StillCounts()
    {
        await using var api = await StartAsync(submissions: 1, images: 0);
        var id = await api.SubmitTextAsync();
        (await api.Client.DeleteAsync($"/api/generations/{id}")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await api.Client.DeleteAsync($"/api/generations/{id}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        using var next = await SubmitAsync(api, count: 1);

        await ShouldBeRefusedAsync(next, "1 submissions a minute", 1, 60);
    }

    [Fact]
    public async Task Submissions_ManyAtOnce_AreNotOverCounted()
    {
        await using var api = await StartAsync(submissions: 5, images: 100);

        (await AcceptedAsync(20, api)).ShouldBe(5);
    }

    private protected static async Task<int> AcceptedAsync(int tries, params ApiHost[] replicas)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, tries).Select(i => SubmitAsync(replicas[i % replicas.Length], count: 1)));
        return answers.Count(a => a.StatusCode == HttpStatusCode.Accepted);
    }

    private protected static Dictionary<string, string?> Settings(int submissions, int images) => new()
    {
        ["Limits:SubmissionsPerMinute"] = submissions.ToString(CultureInfo.InvariantCulture),
        ["Limits:ImagesPerHour"] = images.ToString(CultureInfo.InvariantCulture),
    };

    private Task<ApiHost> StartAsync(int submissions, int images) => StartApiAsync(Settings(submissions, images));

    private static Task<HttpResponseMessage> SubmitAsync(ApiHost api, int count, string query = "") =>
        api.Client.PostAsJsonAsync("/api/generations" + query, new { template = "txt2img", parameters = new { prompt = "x" }, count });

    private static (int Limit, int Remaining) RateLimitOf(HttpResponseMessage response) => (Header(response, "RateLimit-Limit"), Header(response, "RateLimit-Remaining"));

    private static int Header(HttpResponseMessage response, string name) => int.Parse(response.Headers.GetValues(name).Single(), CultureInfo.InvariantCulture);

    private static async Task ShouldBeRefusedAsync(HttpResponseMessage response, string limit, int afterAtLeast, int afterAtMost)
    {
        response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await response.Content.ReadAsStringAsync()).ShouldContain(limit);
        Header(response, "Retry-After").ShouldBeInRange(afterAtLeast, afterAtMost);
        Header(response, "RateLimit-Reset").ShouldBe(Header(response, "Retry-After"));
    }

    public sealed class OnSqlite() : SubmissionLimitsTests(null);

    [Trait("Category", "Integration")]
    public sealed class OnPostgreSql(PostgreSqlFixture server) : SubmissionLimitsTests(server)
    {
        private readonly PostgreSqlFixture _server = server;

        [Fact]
        public async Task Submissions_ToSeveralReplicasAtOnce_AreCountedTogether()
        {
            var database = await _server.CreateDatabaseAsync();
            await using var one = await ApiHost.StartAsync(database, settings: Settings(7, 0));
            await using var other = await ApiHost.StartAsync(database, settings: Settings(7, 0));

            (await AcceptedAsync(20, one, other)).ShouldBe(7);
        }
    }
}
