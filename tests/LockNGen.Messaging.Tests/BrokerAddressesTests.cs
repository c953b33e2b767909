using Microsoft.Extensions.Options;

namespace LockNGen.Messaging.Tests;

/// <summary>What the broker's connection string may contain, and the errors for what it may not.</summary>
public sealed class BrokerAddressesTests
{
    [Theory]
    [InlineData("amqp://u:p@a:5672/vh", "amqp://a:5672")]
    [InlineData("amqp://u:p@a:5672/vh,amqp://u:p@b:5673/vh", "amqp://a:5672", "amqp://b:5673")]
    [InlineData(" amqps://u:p@a/vh ,\n amqps://u:p@b/vh", "amqps://a", "amqps://b")]
    [InlineData("amqp://u:p,q@a:5672/,amqp://u:p,q@b:5672/", "amqp://a:5672", "amqp://b:5672")]
    [InlineData("amqp://[::1]:5672/,amqp://localhost", "amqp://[::1]:5672", "amqp://localhost")]
    public void Addresses_SeparatedByCommas_AreTheNodes(string addresses, params string[] nodes) =>
        BrokerAddresses.Parse(addresses).Select(BrokerAddresses.Name).ShouldBe(nodes);

    [Theory]
    [InlineData("amqp://u:secret@a/vh,http://u:secret@b/vh", "address 2 of 2 (b/vh) is not an amqp:// or amqps:// address")]
    [InlineData("amqp://u:secret@a/vh,,amqp://u:secret@b/vh", "address 2 of 3 (empty)")]
    [InlineData("amqp://u:secret@a/vh,amqp://u:secret@b/vh,", "address 3 of 3 (empty)")]
    [InlineData("amqp://u:secret@a:port/vh,amqp://u:secret@b/vh", "address 1 of 2 (a:port/vh)")]
    [InlineData("amqp://u:secret@a/vh,b:5672", "address 2 of 2 (b:5672)")]
    [InlineData("amqp://u:secret@a/vh/more", "(a/vh/more)")]
    [InlineData("amqp://u:secret@a/vh,amqp://u:secret@b/other", "address 2 of 2 (amqp://b) has a different user, password or virtual host from the first (amqp://a)")]
    [InlineData("amqp://u:secret@a/vh,amqp://u:secret2@b/vh", "address 2 of 2 (amqp://b)")]
    [InlineData("amqp://u:secret@a/vh,amqps://u:secret@b/vh", "address 2 of 2 (amqps://b) must be amqp:// like the first")]
    [InlineData("", "ConnectionStrings__rabbitmq is not set")]
    public void Addresses_OneOfThemBad_AreRefusedWithItsPlaceAndWithoutPasswords(string addresses, string expected)
    {
        var failure = new BusOptionsValidator().Validate(null, new BusOptions { Address = addresses }).FailureMessage;

        failure.ShouldNotBeNull().ShouldContain(expected);
        failure.ShouldStartWith("ConnectionStrings__rabbitmq");
        failure.ShouldNotContain("secret");
    }

    [Fact]
    public void CertificateFiles_ThatAreNone_AreRefusedByName()
    {
        var failures = new BusOptionsValidator().Validate(null, new BusOptions
        {
            Address = "amqps://u:p@a/",
            CaFile = "/nowhere/ca.crt",
            CertificateFile = "/nowhere/tls.crt",
        }).Failures.ShouldNotBeNull().ToList();

        failures.Count.ShouldBe(2);
        failures[0].ShouldStartWith("Bus:CaFile (/nowhere/ca.crt) must be a file with PEM certificates: ");
        failures[1].ShouldStartWith("Bus:CertificateFile (/nowhere/tls.crt) must be a PEM certificate");
    }

    [Fact]
    public void Nodes_AskedAgain_BeginWithTheNextOneAndEndWithTheOneBefore()
    {
        var nodes = new BrokerNodes(Options.Create(new BusOptions { Address = "amqps://a/,amqps://b/,amqps://c/" }));

        var tries = Enumerable.Range(0, 4).Select(_ => nodes.All().Select(n => n.HostName).ToList()).ToList();

        tries.ShouldAllBe(t => t.Order().SequenceEqual(new[] { "a", "b", "c" }));
        for (var i = 1; i < tries.Count; i++)
            tries[i].ShouldBe([.. tries[i - 1].Skip(1), tries[i - 1][0]]);
        nodes.All().ShouldAllBe(n => n.Ssl.Enabled && n.Ssl.ServerName == n.HostName);
    }

    [Fact]
    public void Nodes_OneOfThemUnreachable_TryItLast()
    {
        var nodes = new BrokerNodes(Options.Create(new BusOptions { Address = "amqp://a/,amqp://b/,amqp://c/" }));

        using (var tries = nodes.All().GetEnumerator())
        {
            tries.MoveNext();
            var unreachable = tries.Current.HostName;
            // A caller that asks for another address did not reach this one; the next one is reached.
            tries.MoveNext();
            _ = nodes.All().First();

            nodes.All().Last().HostName.ShouldBe(unreachable);
        }
    }
}
