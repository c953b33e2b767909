namespace LockNGen.Webhooks.Tests;

public sealed class WebhookSecretTests
{
    [Fact]
    public void Create_AnyTime_IsValidAndNew()
    {
        WebhookSecret.IsValid(WebhookSecret.Create()).ShouldBeTrue();
        WebhookSecret.Create().ShouldNotBe(WebhookSecret.Create());
    }

    [Theory]
    [InlineData("")]
    [InlineData("whsec_")]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS*")]
    public void IsValid_NoPrefixOrNoKeyOfEnoughBytes_IsFalse(string secret) => WebhookSecret.IsValid(secret).ShouldBeFalse();
}
