using LockNGen.GenerationApi.Generations;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace LockNGen.GenerationApi.Tests.Generations;

public sealed class OwnAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:6181", "http://127.0.0.1:6181")]
    [InlineData("http://0.0.0.0:8080", "http://127.0.0.1:8080")]
    [InlineData("http://[::]:8080", "http://127.0.0.1:8080")]
    [InlineData("http://*:80", "http://127.0.0.1:80")]
    [InlineData("http://+:80", "http://127.0.0.1:80")]
    [InlineData("http://192.0.2.7:6181", "http://192.0.2.7:6181")]
    [InlineData("http://[::1]:6181", "http://[::1]:6181")]
    [InlineData("https://0.0.0.0:443 http://0.0.0.0:8080", "http://127.0.0.1:8080")]
    [InlineData("https://127.0.0.1:443", "https://127.0.0.1:443")]
    [InlineData("http://unix:/run/api.sock http://127.0.0.1:6181", "http://127.0.0.1:6181")]
    public void OwnAddress_OfWhatAServiceListensOn_IsWhereThisMachineReachesIt(string listens, string reached) =>
        OwnAddress.Of(new Server(listens.Split(' '))).ShouldBe(reached);

    [Fact]
    public void OwnAddress_BeforeTheServiceListens_SaysWhatToSet() =>
        Should.Throw<InvalidOperationException>(() => OwnAddress.Of(new Server([]))).Message.ShouldContain("GenerationApi__InternalUrl");

    private sealed class Server : IServer
    {
        public Server(string[] addresses)
        {
            var feature = new Addressed();
            foreach (var address in addresses)
                feature.Addresses.Add(address);
            Features.Set<IServerAddressesFeature>(feature);
        }

        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }

    private sealed class Addressed : IServerAddressesFeature
    {
        public ICollection<string> Addresses { get; } = [];

        public bool PreferHostingUrls { get; set; }
    }
}
