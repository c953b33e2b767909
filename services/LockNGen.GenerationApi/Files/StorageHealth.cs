using System.Data.Common;
using LockNGen.GenerationApi.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LockNGen.GenerationApi.Files;

/// <summary>
/// Ready is who can write: a row and a file, tried at most every few seconds. A database that answers and a disk that is full look well until
/// the first submission. With less room than the floor it is degraded: everything goes on but uploads. While object storage is away it is
/// degraded too: submissions and renders go on, watchers keep their results, and no other replica would do better. Refused by it, it is not
/// ready: with wrong settings a rollout must not go on.
/// </summary>
internal sealed class StorageHealth(GenerationsDatabase database, IImageStore files, FreeSpace space, TimeProvider clock) : IHealthCheck, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Shorter than any probe waits.</summary>
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

    public void Dispose() => _one.Dispose();

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
        catch (StorageAwayException e)
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
            throw new StorageAwayException($"Storing a small file took longer than {FilePatience.TotalSeconds:0} s.", isRefusal: false, e);
        }
    }
}
