using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using LockNGen.TestSupport;

namespace LockNGen.IntegrationTests.Product;

/// <summary>The old call, POST /generate, through a real watcher and a server: what its callers have always sent.</summary>
public sealed class BlockingPathTests(RabbitMqBroker broker)
{
    [Fact]
    public async Task Generate_OfTextOfABatchOfAPictureAndOfAMask_AnswersFinishedPictures()
    {
        await using var deployment = await Deployment.StartAsync(broker);
        var api = deployment.Api.Http;

        var batch = await GenerateAsync(api, new { template = "txt2img", parameters = Parameters(seed: 7), count = 3 });
        var picture = PicturesOf(batch)[0];
        var start = await UploadAsync(api, picture);
        var again = await GenerateAsync(api, new { template = "img2img", parameters = Parameters(seed: 8, new { image = start, denoise = 0.5 }) });
        var masked = await GenerateAsync(api, new { template = "inpaint", parameters = Parameters(seed: 9, new { image = start, mask = start }) });

        batch.GetProperty("images").EnumerateArray().Select(i => (i.GetProperty("index").GetInt32(), i.GetProperty("seed").GetInt64()))
            .ShouldBe([(1, 7), (2, 8), (3, 9)]);
        foreach (var answer in new[] { batch, again, masked })
        {
            answer.GetProperty("status").GetString().ShouldBe("completed");
            answer.GetProperty("seconds").GetDouble().ShouldBeGreaterThan(0);
            PicturesOf(answer).ShouldAllBe(bytes => Encoding.ASCII.GetString(bytes, 1, 3) == "PNG");
        }

        // Four different pictures, and not the one that was uploaded.
        PicturesOf(batch).Concat(PicturesOf(again)).Concat(PicturesOf(masked)).Select(Convert.ToBase64String).ShouldBeUnique();
        (again.GetProperty("images").GetArrayLength(), masked.GetProperty("images").GetArrayLength()).ShouldBe((1, 1));
    }

    private static Dictionary<string, object> Parameters(long seed, object? more = null)
    {
        var parameters = new Dictionary<string, object> { ["prompt"] = "a lighthouse", ["steps"] = 3, ["seed"] = seed };
        foreach (var property in more?.GetType().GetProperties() ?? [])
            parameters[property.Name] = property.GetValue(more)!;
        return parameters;
    }

    private static List<byte[]> PicturesOf(JsonElement answer) =>
        [.. answer.GetProperty("images").EnumerateArray().Select(i => i.GetProperty("base64").GetBytesFromBase64())];

    private static async Task<JsonElement> GenerateAsync(HttpClient api, object body)
    {
        using var response = await api.PostAsJsonAsync("generate", body);
        var answer = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK, answer);
        return JsonElement.Parse(answer);
    }

    private static async Task<string> UploadAsync(HttpClient api, byte[] picture)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(picture), "image", "start.png" } };
        using var response = await api.PostAsync("api/uploads", form);
        var answer = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue(answer);
        return JsonElement.Parse(answer).GetProperty("name").GetString()!;
    }
}
