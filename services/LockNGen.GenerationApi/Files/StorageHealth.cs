using System.Data.Common;
using LockNGen.GenerationApi.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LockNGen.GenerationApi.Files;

/// <summary>
/// Ready is who can write: a row and a file, tried at most every few seconds. A database that answers and a disk that is full look well until
/// the first submission. With less room than the floor it is degraded: everything goes on but uploads.
/// </summary>
internal sealed class StorageHealth(GenerationsDatabase database, IImageStore files, FreeSpace space, TimeProvider clock) : IHealthCheck, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

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
            using var content = new MemoryStream("written to see whether it can be\n"u8.ToArray());
            await files.SaveAsync(_key, content, cancellationToken);
            await files.DeleteAsync(_key, cancellationToken);
            await database.WriteAsync(
                session => session.ExecuteAsync(
                    "INSERT INTO settings (name, value) VALUES ('last_written', @value) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    new { value = session.Now.ToString("O", System.Globalization.CultureInfo.InvariantCulture) }),
                cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DbException)
        {
            return HealthCheckResult.Unhealthy($"Nothing can be written: {e.Message}");
        }

        return space.HasRoom()
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded($"Only {space.Bytes:N0} bytes are free: uploads are refused (Storage:MinFreeBytes).");
    }
}
