using LockNGen.TestSupport;

namespace LockNGen.WebhookNotifier.Tests.Subscribers;

/// <summary>The subscribers of docs/subscribing.md, built and run outside of this source tree as somebody else's service.</summary>
[Collection(ServersCollection.Name)]
[Trait("Category", "Integration")]
public sealed class SubscriberTests(RabbitMqBroker broker) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lockngen-subscriber-").FullName;

    [Fact]
    public async Task DotnetSubscriber_WithTheContractsPackage_GetsAnOutcome()
    {
        const string version = "0.1.0-test";
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        await ExampleProcess.RunAsync(
            Repository.Root, "dotnet", "pack", "contracts/LockNGen.Contracts", "--no-build", "--configuration", configuration,
            $"-p:PackageVersion={version}", "--output", Path.Combine(_folder, "packages"));
        var example = Copy("dotnet-subscriber");
        await ExampleProcess.RunAsync(
            example, "dotnet", "build", "--output", "out", "--disable-build-servers", $"-p:ContractsVersion={version}",
            $"-p:RestoreAdditionalProjectSources={Path.Combine(_folder, "packages")}",
            // The package under test has the version of many others before it, so it must not come from, or stay in, the machine's cache.
            $"-p:RestorePackagesPath={Path.Combine(_folder, "restored")}", $"-p:RestoreFallbackFolders={PackageCache()}");

        await HearsAnOutcomeAsync(example, "dotnet", "out/dotnet-subscriber.dll", listening: "Bus started");
    }

    [Fact]
    public async Task NodeSubscriber_OverPlainAmqp_GetsAnOutcome()
    {
        var example = Copy("node-subscriber");
        await ExampleProcess.RunAsync(example, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error");

        await HearsAnOutcomeAsync(example, "node", "subscriber.js", listening: "listening to");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task HearsAnOutcomeAsync(string folder, string program, string argument, string listening)
    {
        var address = await broker.CreateVirtualHostAsync();
        await using var subscriber = ExampleProcess.Start(folder, program, [argument], ("RABBITMQ_URL", address));
        await subscriber.PrintedAsync(listening);
        await using var publisher = await PublisherHost.StartAsync(address);
        var generation = Guid.NewGuid();

        await publisher.PublishAsync(Events.Started(generation), "alice");
        await publisher.PublishAsync(Events.Completed(generation), "alice");

        (await subscriber.PrintedAsync(generation.ToString())).ShouldEndWith($"{generation} of alice: 0 image(s) in 1.5 s");
    }

    private static string PackageCache() =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private string Copy(string example)
    {
        var target = Directory.CreateDirectory(Path.Combine(_folder, example)).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "examples", example)))
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        return target;
    }
}
