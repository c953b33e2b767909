using LockNGen.GenerationApi.Files;
using LockNGen.GenerationApi.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LockNGen.GenerationApi.Tests.Files;

public sealed class StorageHealthTests
{
    /// <summary>A host that stops cancels its checks and does not wait for them.</summary>
    [Fact]
    public async Task Disposal_DuringACheck_WaitsForIt()
    {
        await using var host = await ApiHost.StartAsync();
        var store = new HeldStore();
        var health = ActivatorUtilities.CreateInstance<StorageHealth>(host.Services, store);
        var check = health.CheckHealthAsync(new HealthCheckContext(), TestContext.Current.CancellationToken);
        await store.Entered.Task.WaitAsync(ApiHost.Patience, TestContext.Current.CancellationToken);

        var disposal = health.DisposeAsync();
        store.Go.SetResult();

        (await check).Status.ShouldBe(HealthStatus.Healthy);
        await disposal;
    }

    private sealed class HeldStore : IImageStore
    {
        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<StoredFile> SaveAsync(string key, Stream content, CancellationToken cancellationToken)
        {
            Entered.SetResult();
            await Go.Task;
            return new StoredFile(0, "");
        }

        public Task<Stream?> OpenAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task DeleteAsync(string key, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
