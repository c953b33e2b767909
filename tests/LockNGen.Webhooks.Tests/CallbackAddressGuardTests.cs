using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace LockNGen.Webhooks.Tests;

public sealed class CallbackAddressGuardTests
{
    private const string Alice = "alice";

    [Theory]
    [InlineData("http://[::ffff:0:127.0.0.1]/")]
    [InlineData("http://127.0.0.1/hook")]
    [InlineData("http://2130706433/hook")] // 127.0.0.1 as one number
    [InlineData("http://0x7f.1/hook")]
    [InlineData("http://[::1]:8080/")]
    [InlineData("http://[::ffff:10.0.0.1]/")]
    [InlineData("http://localhost:5081/api/queue/pause")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    public async Task FindProblem_AddressOfThisNetwork_IsRefused(string url) =>
        (await Guard().FindProblemAsync(url, Alice, TestContext.Current.CancellationToken)).ShouldNotBeNull().ShouldContain("private");

    [Theory]
    [InlineData("ftp://8.8.8.8/")]
    [InlineData("/relative")]
    [InlineData("not an address")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://user:password@8.8.8.8/")]
    [InlineData("https://8.8.8.8/#fragment")]
    public async Task FindProblem_NotAPlainHttpAddress_IsRefusedEvenWherePrivateOnesAreAllowed(string url) =>
        (await Guard(allowPrivate: true).FindProblemAsync(url, Alice, TestContext.Current.CancellationToken)).ShouldNotBeNull();

    [Theory]
    [InlineData("https://8.8.8.8/{}")]
    [InlineData("https://8.8.8.8/a b")]
    [InlineData("https://8.8.8.8/%zz")]
    public async Task FindProblem_AddressThatIsNotWrittenAsOne_IsRefused(string url) =>
        (await Guard(allowPrivate: true).FindProblemAsync(url, Alice, TestContext.Current.CancellationToken)).ShouldNotBeNull().ShouldContain("percent-encoded");

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task FindProblem_NoAddress_IsRefused(string? url) =>
        (await Guard().FindProblemAsync(url, Alice, TestContext.Current.CancellationToken)).ShouldNotBeNull();

    [Theory]
    [InlineData("https://8.8.8.8/hook", false)]
    [InlineData("https://8.8.8.8/a%20b?c=%7B%7D&d=e", false)]
    [InlineData("https://8.8.8.8/h\u00fcbsch", false)]
    [InlineData("http://127.0.0.1:8080/hook", true)]
    public async Task FindProblem_AllowedAddress_HasNone(string url, bool allowPrivate) =>
        (await Guard(allowPrivate).FindProblemAsync(url, Alice, TestContext.Current.CancellationToken)).ShouldBeNull();

    [Fact]
    public async Task FindProblem_NameWithOnePrivateAddressAmongPublicOnes_IsRefused() =>
        (await Guard(resolved: ["8.8.8.8", "10.0.0.1"]).FindProblemAsync("https://hooks.example/", Alice, TestContext.Current.CancellationToken)).ShouldNotBeNull();

    [Fact]
    public async Task FindProblem_NameThatDoesNotExist_SaysSo()
    {
        var guard = new CallbackAddressGuard(
            new OptionsWrapper<CallbackAddressOptions>(new CallbackAddressOptions()), new NameLookups((_, _) => throw new SocketException((int)SocketError.HostNotFound)));

        (await guard.FindProblemAsync("https://typo.example/", Alice, TestContext.Current.CancellationToken)).ShouldBe("The host typo.example does not exist.");
    }

    [Fact]
    public async Task FindProblem_ResolverThatFails_LetsItThroughForNow()
    {
        var guard = new CallbackAddressGuard(
            new OptionsWrapper<CallbackAddressOptions>(new CallbackAddressOptions()), new NameLookups((_, _) => throw new SocketException((int)SocketError.TryAgain)));

        (await guard.FindProblemAsync("https://hooks.example/", Alice, TestContext.Current.CancellationToken)).ShouldBeNull();
    }

    [Fact]
    public async Task Connect_NameThatNowLeadsToALoopbackAddress_IsRefusedBeforeAnyConnection()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var http = new HttpClient(new SocketsHttpHandler { ConnectCallback = Guard(resolved: ["127.0.0.1"]).ConnectAsync });

        var error = await Should.ThrowAsync<HttpRequestException>(
            () => http.GetAsync($"http://rebound.example:{((IPEndPoint)listener.LocalEndpoint).Port}/", TestContext.Current.CancellationToken));

        error.InnerException.ShouldBeOfType<CallbackAddressRefusedException>();
        listener.Pending().ShouldBeFalse();
    }

    private static CallbackAddressGuard Guard(bool allowPrivate = false, string[]? resolved = null) => new(
        new OptionsWrapper<CallbackAddressOptions>(new CallbackAddressOptions { AllowPrivateAddresses = allowPrivate }),
        new NameLookups(resolved is null ? null : (_, _) => Task.FromResult<IPAddress[]>([.. resolved.Select(text => IPAddress.Parse(text))])));
}
