using LockNGen.Contracts;
using LockNGen.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LockNGen.WebhookNotifier.Tests;

/// <summary>Stands for watcher and API: publishes events to a real broker.</summary>
internal sealed class PublisherHost : IAsyncDisposable
{
    private readonly IHost _host;

    private PublisherHost(IHost host) => _host = host;

    public static async Task<PublisherHost> StartAsync(string broker)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["ConnectionStrings:rabbitmq"] = broker });
        builder.AddBus();
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new PublisherHost(host);
    }

    public Task PublishAsync(GenerationEvent message, string owner) =>
        _host.Services.GetRequiredService<EventPublisher>().PostAsync(message, new EventContext(owner), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
