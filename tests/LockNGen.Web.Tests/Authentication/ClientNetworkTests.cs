using System.Net;
using LockNGen.Web.Authentication;

namespace LockNGen.Web.Tests.Authentication;

public sealed class ClientNetworkTests
{
    [Theory]
    [InlineData("203.0.113.9", "203.0.113.9")]
    [InlineData("::ffff:203.0.113.9", "203.0.113.9")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:3::1", "2001:db8:1:3::/64")]
    [InlineData("fe80::1%3", "fe80::/64")]
    public void Address_CountsForTheNetworkOfOneCustomer(string address, string network) => ClientNetwork.Of(IPAddress.Parse(address)).ShouldBe(network);

    [Fact]
    public void Address_ThatIsNotKnown_CountsForAllSuch() => ClientNetwork.Of(null).ShouldBe("unknown");
}
