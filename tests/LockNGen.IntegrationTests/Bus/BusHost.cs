using System.Globalization;
using LockNGen.Contracts;
using LockNGen.Messaging;
using LockNGen.TestSupport;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LockNGen.IntegrationTests.Bus;

/// <summary>A process's bus, without a service around it.</summary>
internal static class BusHost
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Starts it on its own virtual host, or on that of another.</summary>
    public static async Task<IHost> StartAsync(
        RabbitMqBroker broker, Action<BusParts>? configure = null, string requestTimeout = "00:00:10", string? address = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:rabbitmq"] = address ?? await broker.CreateVirtualHostAsync(),
            ["Bus:StreamMaxBytes"] = (64L << 20).ToString(CultureInfo.InvariantCulture),
            ["Bus:RequestTimeout"] = requestTimeout,
        });
        builder.AddBus(configure);
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        // Like every service, the host does not wait for the broker; a request to a queue that does not exist yet would be lost.
        await host.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, Patience);
        return host;
    }

    /// <summary>Where its broker is.</summary>
    public static string Address(this IHost host) => host.Services.GetRequiredService<IConfiguration>().GetConnectionString("rabbitmq")!;

    /// <summary>Asks for a snapshot, which the test's own handler answers.</summary>
    public static Task<SnapshotAnswer> AskAsync(this IHost host, string queue, Guid generation, bool mandatory = false, CancellationToken? cancellationToken = null) =>
        host.Services.GetRequiredService<CommandClient>().RequestAsync<GetSnapshot, SnapshotAnswer>(
            queue, new GetSnapshot { GenerationId = generation }, cancellationToken ?? TestContext.Current.CancellationToken, mandatory);
}
