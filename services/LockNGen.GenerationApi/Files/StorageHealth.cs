using System.Data.Common;
using LockNGen.GenerationApi.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LockNGen.GenerationApi.Files;

/// <summary>
/// Ready means able to write a row and a file, which is tried at most every few seconds: a database that answers and a full disk look fine until
/// the first submission. With less free space than the floor it is degraded: everything but uploads continues. While object storage is away it is
/// degraded too: submissions and renders continue, watchers keep their results, and no other replica would do better. If object storage refuses access, it is not
/// ready: with wrong settings a rollout must not proceed.
/// </summary>
internal sealed class StorageHealth(GenerationsDatabase database, IImageStore files, FreeSpace space, TimeProvider clock) : IHealthCheck, IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Shorter than any probe's timeout.</summary>
    private static readonly TimeSpan FilePatience = TimeSpan.FromSeconds(1);

    private readonly string _key = $"health/{Guid.NewGuid():N}";
    private readonly SemaphoreSlim _one = new(1, 1);
    private (long At, HealthCheckResult Result)? _last;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_last is { } last && clock.GetElapsedTime(last.At) < Interval)
                return last.Result;
            var result = await TryAsync(cancellationToken);
            _last = (clock.GetTimestamp(), result);
            return result;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>A check that is under way needs the database, which is disposed of next.</summary>
    public async ValueTask DisposeAsync()
    {
        await _one.WaitAsync();
        _one.Dispose();
    }

    private async Task<HealthCheckResult> TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            await database.WriteAsync(
                session => session.ExecuteAsync(
                    "INSERT INTO settings (name, value) VALUES ('last_written', @value) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    new { value = session.Now.ToString("O", System.Globalization.CultureInfo.InvariantCulture) }),
                cancellationToken);
            await TryFileAsync(cancellationToken);
        }
        catch (StorageUnavailableException e)
        {
            return e.IsRefusal
                ? HealthCheckResult.Unhealthy(e.Message)
                : HealthCheckResult.Degraded($"No file can be stored or handed out. {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DbException)
        {
            return HealthCheckResult.Unhealthy($"Nothing can be written: {e.Message}");
        }

        return space.HasRoom()
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded($"Only {space.Bytes:N0} bytes are free: uploads are refused (Storage:MinFreeBytes).");
    }

    private async Task TryFileAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(FilePatience);
        try
        {
            using var content = new MemoryStream("written to see whether it can be\n"u8.ToArray());
            await files.SaveAsync(_key, content, limit.Token);
            await files.DeleteAsync(_key, limit.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StorageUnavailableException($"Storing a small file took longer than {FilePatience.TotalSeconds:0} s.", isRefusal: false, e);
        }
    }
}
