using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace LockNGen.TestSupport;

/// <summary>REST calls that many tests make.</summary>
public static class GenerationRequests
{
    /// <summary>Submits the README's example and returns the id.</summary>
    public static async Task<Guid> SubmitAsync(this HttpClient api, int count = 1, int steps = 8, long seed = 42)
    {
        using var response = await api.PostAsJsonAsync("api/generations", new
        {
            template = "txt2img",
            parameters = new { prompt = "a lighthouse", steps, width = 256, height = 256, seed },
            count,
        });
        var body = await response.Content.ReadAsStringAsync();
        if (response.StatusCode != HttpStatusCode.Accepted)
            throw new InvalidOperationException($"Submit answered {(int)response.StatusCode}: {body}");
        using var answer = JsonDocument.Parse(body);
        return answer.RootElement.GetProperty("id").GetGuid();
    }
}
