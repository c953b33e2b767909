using LockNGen.Messaging;
using LockNGen.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LockNGen.IntegrationTests.Bus;

/// <summary>A broker without the process's virtual host is one that does not take its connections yet.</summary>
public sealed class BrokerGateTests(RabbitMqBroker broker)
{
    private readonly string _name = "v" + Guid.NewGuid().ToString("N")[..12];

    [Fact]
    public async Task Broker_ThatTakesNoConnections_IsWaitedFor()
    {
        using var host = Build(broker.Url);
        var opening = host.Services.GetRequiredService<BrokerGate>().OpensAsync();

        // Takes longer than a few attempts.
        await broker.ControlAsync("list_vhosts");
        opening.IsCompleted.ShouldBeFalse();
        await broker.ControlAsync("add_vhost", _name);
        await broker.ControlAsync("set_permissions", "-p", _name, new Uri(broker.Url).UserInfo.Split(':')[0], ".*", ".*", ".*");

        await opening.WaitAsync(BusHost.Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Broker_ThatDoesNotKnowTheUser_IsNotWaitedFor()
    {
        using var host = Build(new UriBuilder(broker.Url) { Password = "wrong" }.Uri.AbsoluteUri);

        await host.Services.GetRequiredService<BrokerGate>().OpensAsync().WaitAsync(BusHost.Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task ProcessThatEnds_WaitsNoLonger()
    {
        using var host = Build(broker.Url);
        var opening = host.Services.GetRequiredService<BrokerGate>().OpensAsync();

        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        await opening.WaitAsync(BusHost.Patience, TestContext.Current.CancellationToken);
    }

    private IHost Build(string address)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:rabbitmq", new Uri(new Uri(address), "/" + _name).AbsoluteUri)]);
        builder.AddBus();
        return builder.Build();
    }
}
