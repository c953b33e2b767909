using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using LockNGen.TestSupport;

namespace LockNGen.IntegrationTests.Product;

/// <summary>Workflows that people have, from the file to the picture: import, template, generation, result.</summary>
public sealed class ImportedWorkflowTests(RabbitMqBroker broker)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task PublicExamples_InBothFormats_BecomeTemplatesAndMakePictures()
    {
        await using var deployment = await Deployment.StartAsync(broker, stepMilliseconds: 0, simulatorSettings: new Dictionary<string, string> { ["Simulator__AllClasses"] = "true" });
        var api = deployment.Api.Http;
        await CatalogAsync(api);
        var picture = await UploadAsync(api);
        var submitted = new List<(string Name, Guid Id)>();

        foreach (var (name, body) in Examples())
        {
            var imported = await PostAsync(api, $"api/workflows/import?name={name}", body, HttpStatusCode.OK, name);
            imported.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("message").GetString()).ShouldBeEmpty(name);
            imported.GetProperty("runsOn").EnumerateArray().Select(i => i.GetString()).ShouldBe(["gpu-1"], name);
            var parameters = imported.GetProperty("parameters");
            var template = await PostAsync(
                api, "api/templates", JsonSerializer.Serialize(new { title = name, parameters, workflow = imported.GetProperty("workflow") }), HttpStatusCode.Created, name);
            var generation = await PostAsync(
                api, "api/generations", JsonSerializer.Serialize(new { template = template.GetProperty("name").GetString(), parameters = ValuesOf(parameters, picture) }), HttpStatusCode.Accepted, name);
            submitted.Add((name, generation.GetProperty("id").GetGuid()));
        }

        submitted.Count.ShouldBe(90);
        foreach (var (name, id) in submitted)
        {
            var ended = await EndOfAsync(api, id);
            ended.GetProperty("status").GetString().ShouldBe("completed", $"{name}: {ended}");
            (ended.TryGetProperty("warnings", out var warnings) ? warnings.GetArrayLength() : 0).ShouldBe(0, $"{name}: {ended}");
            var image = ended.GetProperty("images")[0].GetProperty("url").GetString()!.TrimStart('/');
            var bytes = await api.GetByteArrayAsync(image, TestContext.Current.CancellationToken);
            Encoding.ASCII.GetString(bytes, 1, 3).ShouldBe("PNG", name);
        }
    }

    /// <summary>The values that a form must fill in: the pictures; and small numbers for the rest, to be quick.</summary>
    private static Dictionary<string, object> ValuesOf(JsonElement parameters, string picture)
    {
        var values = new Dictionary<string, object>();
        foreach (var parameter in parameters.EnumerateArray())
        {
            var name = parameter.GetProperty("name").GetString()!;
            if (parameter.GetProperty("type").GetString() == "image")
                values[name] = picture;
            else if (name is "width" or "height")
                values[name] = Math.Max(64, parameter.TryGetProperty("min", out var min) ? min.GetInt32() : 64);
        }

        return values;
    }

    private static IEnumerable<(string Name, string Body)> Examples()
    {
        using var archive = ZipFile.OpenRead(Path.Combine(Repository.Root, "tests", "Workflows", "comfyui-examples.zip"));
        foreach (var entry in archive.Entries)
        {
            using var stream = entry.Open();
            using var document = JsonDocument.Parse(stream);
            foreach (var format in (string[])["workflow", "prompt"])
                yield return ($"{Path.GetFileNameWithoutExtension(entry.Name)}-{format}", document.RootElement.GetProperty(format).GetRawText());
        }
    }

    private static async Task<JsonElement> PostAsync(HttpClient api, string address, string body, HttpStatusCode expected, string name)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await api.PostAsync(new Uri(address, UriKind.Relative), content, TestContext.Current.CancellationToken);
        var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        response.StatusCode.ShouldBe(expected, $"{name}: {answer}");
        return JsonElement.Parse(answer);
    }

    private static async Task<JsonElement> EndOfAsync(HttpClient api, Guid id)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var generation = await api.GetFromJsonAsync<JsonElement>($"api/generations/{id}", patience.Token);
            if (generation.GetProperty("status").GetString() is "completed" or "failed" or "cancelled")
                return generation;
        }
    }

    /// <summary>Waits until the instance has reported its classes and models: then templates that need them are offered.</summary>
    private static async Task CatalogAsync(HttpClient api)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!(await api.GetStringAsync(new Uri("api/templates", UriKind.Relative), patience.Token)).Contains("\"flux-dev\"", StringComparison.Ordinal))
            patience.Token.ThrowIfCancellationRequested();
    }

    private static async Task<string> UploadAsync(HttpClient api)
    {
        var png = await File.ReadAllBytesAsync(Path.Combine(Repository.Root, "tests", "Media", "picture.png"), TestContext.Current.CancellationToken);
        using var form = new MultipartFormDataContent { { new ByteArrayContent(png), "image", "start.png" } };
        using var response = await api.PostAsync(new Uri("api/uploads", UriKind.Relative), form, TestContext.Current.CancellationToken);
        return (await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("name").GetString()!;
    }
}
