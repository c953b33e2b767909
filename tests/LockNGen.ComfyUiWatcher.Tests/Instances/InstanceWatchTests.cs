using System.Net;
using LockNGen.ComfyUiWatcher.Instances;
using LockNGen.ComfyUiWatcher.Tests.Kit;
using LockNGen.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace LockNGen.ComfyUiWatcher.Tests.Instances;

/// <summary>Servers behind a DNS name.</summary>
public sealed class InstanceWatchTests
{
    [Fact]
    public async Task Servers_WhoseAddressVanishes_GiveTheirWorkBackUntilItIsThereAgain()
    {
        await using var comfy = await SimulatedServer.StartAsync(stepMilliseconds: 5);
        IPAddress[] addresses = [IPAddress.Loopback];
        await using var host = await WatcherHost.StartAsync(
            [],
            services => services.AddSingleton<ResolveAddresses>((_, _) => Task.FromResult(addresses)),
            ("ComfyUi:Discovery:0:Host", "comfy.gpu.svc"),
            ("ComfyUi:Discovery:0:Port", new Uri(comfy.Url).Port.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ("ComfyUi:Discovery:0:Interval", "00:00:01"));
        var row = await host.SubmitAsync(Workflows.TextToImage(steps: 5000), instance: "comfy.gpu.svc/127.0.0.1");
        await host.Events.WaitForAsync<GenerationProgressed>(row.Id);

        addresses = [];
        (await row.Lost.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken)).Code.ShouldBe(GenerationErrorCodes.ComfyUiLost);
        await host.Ledger.WaitForInstancesAsync([]);

        addresses = [IPAddress.Loopback];
        await host.Ledger.WaitForInstancesAsync(["comfy.gpu.svc/127.0.0.1"]);
    }

    [Fact]
    public async Task Servers_BehindADnsName_AreFoundByTheirAddresses()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync(
            [], ("ComfyUi:Discovery:0:Host", "localhost"), ("ComfyUi:Discovery:0:Port", new Uri(comfy.Url).Port.ToString(System.Globalization.CultureInfo.InvariantCulture)));

        var row = await host.SubmitAsync(Workflows.TextToImage(), instance: "localhost/127.0.0.1");

        await host.Events.WaitForAsync<GenerationCompleted>(row.Id);
    }
}
