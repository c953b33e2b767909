using LockNGen.Web.Authentication;

namespace LockNGen.Web.Tests.Authentication;

/// <summary>Half-configured authentication stops the start: it must not leave the door open.</summary>
public sealed class AuthOptionsValidatorTests
{
    private const string Key = "a key of more than thirty-two bytes, as asked for";

    public static TheoryData<AuthOptions, string> Halves => new()
    {
        { new AuthOptions { Audience = "gallery" }, "Auth:Audience" },
        { new AuthOptions { Issuer = "https://login.example" }, "Auth:Issuer" },
        { new AuthOptions { SigningKey = "" }, "Auth:SigningKey is empty" },
        { new AuthOptions { SigningKey = "  " }, "Auth:SigningKey is empty" },
        { new AuthOptions { Authority = "" }, "Auth:Authority is empty" },
        { new AuthOptions { SigningKey = "", Audience = "gallery" }, "Auth:SigningKey is empty" },
        { new AuthOptions { SigningKey = "short" }, "too short" },
        { new AuthOptions { Authority = "https://login.example" }, "Auth:Audience must be set" },
    };

    [Theory]
    [MemberData(nameof(Halves))]
    public void Authentication_HalfConfigured_StopsTheStart_AndSaysWhatIsMissing(AuthOptions options, string says) =>
        new AuthOptionsValidator().Validate(null, options).FailureMessage.ShouldNotBeNull().ShouldContain(says);

    [Fact]
    public void Authentication_OffOrWhole_MayStart()
    {
        new AuthOptionsValidator().Validate(null, new AuthOptions()).Succeeded.ShouldBeTrue();
        new AuthOptionsValidator().Validate(null, new AuthOptions { SigningKey = Key, Audience = "gallery", Issuer = "us" }).Succeeded.ShouldBeTrue();
        new AuthOptionsValidator().Validate(null, new AuthOptions { Authority = "https://login.example", Audience = "gallery" }).Succeeded.ShouldBeTrue();
    }
}
