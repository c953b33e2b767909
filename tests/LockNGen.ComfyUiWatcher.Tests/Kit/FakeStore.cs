using LockNGen.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LockNGen.ComfyUiWatcher.Tests.Kit;

/// <summary>The API's side of files: inputs to fetch, and results as they were uploaded.</summary>
internal sealed class FakeStore(FakeLedger ledger)
{
    private TaskCompletionSource? _held;
    private int _uploads;

    /// <summary>Uploads are answered with this instead of being stored.</summary>
    public int? UploadStatus { get; set; }

    /// <summary>How often a watcher has tried to upload something.</summary>
    public int Uploads => _uploads;

    /// <summary>Uploads are not answered any more; returns when the first has come.</summary>
    public Task HoldUploads()
    {
        _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _held.Task;
    }

    public void Map(WebApplication app)
    {
        app.MapPut("/uploads/{id:guid}/{imageIndex:int}/{file:int}", StoreAsync);
        app.MapGet("/inputs/{name}", (string name) => TypedResults.Bytes(Picture.Of((byte)name.Length)));
    }

    private async Task<IResult> StoreAsync(Guid id, int imageIndex, int file, int files, ulong? seed, HttpRequest request)
    {
        if (_held is { } held)
        {
            held.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, request.HttpContext.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Interlocked.Increment(ref _uploads);
        if (UploadStatus is { } status)
            return TypedResults.StatusCode(status);
        var row = ledger[id];
        using var bytes = new MemoryStream();
        await request.Body.CopyToAsync(bytes);
        lock (row)
        {
            if (request.Headers.Authorization != $"Bearer token-{row.Attempt}" || row.Ended)
                return TypedResults.StatusCode(StatusCodes.Status409Conflict);
            row.Files[(imageIndex, file)] = bytes.ToArray();
            var stored = row.Stored.GetValueOrDefault((imageIndex, file)) ?? new StoredImage
            {
                ImageIndex = imageIndex,
                File = file,
                Files = files,
                Image = new GenerationImage
                {
                    Index = row.Stored.Count + 1,
                    Url = $"/api/generations/{id}/images/{row.Stored.Count + 1}",
                    ContentType = request.ContentType ?? "",
                    Seed = seed,
                    Kind = Query("kind"),
                    NodeId = Query("node"),
                    NodeTitle = Query("title"),
                    OutputKey = Query("key"),
                    Filename = Query("filename"),
                    Subfolder = Query("subfolder"),
                    Source = Query("source"),
                    Bytes = bytes.Length,
                    Text = Query("kind") == GenerationResultKinds.Text ? System.Text.Encoding.UTF8.GetString(bytes.ToArray()) : null,
                },
            };
            row.Stored[(imageIndex, file)] = stored;
            return TypedResults.Json(stored.Image, ContractsJson.Default.GenerationImage);
        }

        string? Query(string name) => request.Query.TryGetValue(name, out var value) ? value.ToString() : null;
    }
}
