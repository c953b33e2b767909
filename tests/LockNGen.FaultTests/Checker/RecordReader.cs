using System.Collections.Concurrent;
using System.Text.Json;
using LockNGen.FaultTests.Rig;

namespace LockNGen.FaultTests.Checker;

/// <summary>Asks the API what it has recorded, and fetches the pictures.</summary>
internal static class RecordReader
{
    private const int MaxParallel = 4;

    public static async Task<IReadOnlyDictionary<Guid, RecordedEnd>> ReadAsync(Link api, IEnumerable<Guid> generations, Journal journal)
    {
        using var http = new HttpClient { BaseAddress = api.Http, Timeout = TimeSpan.FromSeconds(30) };
        var records = new ConcurrentDictionary<Guid, RecordedEnd>();
        await Parallel.ForEachAsync(generations, new ParallelOptions { MaxDegreeOfParallelism = MaxParallel }, async (id, cancellationToken) =>
        {
            try
            {
                using var json = JsonDocument.Parse(await http.GetByteArrayAsync($"api/generations/{id}", cancellationToken));
                var images = json.RootElement.GetProperty("images").EnumerateArray().Select(i => i.GetProperty("url").GetString()!).ToList();
                records[id] = new RecordedEnd(json.RootElement.GetProperty("status").GetString()!, images.Count, await MissingAsync(http, images, cancellationToken));
            }
            catch (HttpRequestException e)
            {
                journal.Note($"{id} cannot be read: {e.Message}");
                records[id] = new RecordedEnd(e.Message, 0, []);
            }
        });
        return records;
    }

    private static async Task<IReadOnlyList<string>> MissingAsync(HttpClient http, IReadOnlyList<string> images, CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        foreach (var image in images)
        {
            using var answer = await http.GetAsync(image, cancellationToken);
            if (!answer.IsSuccessStatusCode || answer.Content.Headers.ContentLength == 0)
                missing.Add($"{image} ({(int)answer.StatusCode})");
        }

        return missing;
    }
}
