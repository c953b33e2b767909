using LockNGen.WebhookNotifier.Deliveries;

namespace LockNGen.WebhookNotifier.Tests.Deliveries;

public sealed class WebhookSignatureTests
{
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private const long Timestamp = 1614265330;
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    [Fact]
    public void Header_ExampleOfTheReferenceLibraries_IsTheirSignature() =>
        WebhookSignature.Header([Secret], Id, Timestamp, """{"test": 2432232314}"""u8.ToArray()).ShouldBe(Signature);

    [Fact]
    public void Header_TwoSecrets_HasASignatureOfEach()
    {
        var header = WebhookSignature.Header(["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", Secret], Id, Timestamp, """{"test": 2432232314}"""u8.ToArray());

        var signatures = header.Split(' ');
        signatures.Length.ShouldBe(2);
        signatures[0].ShouldStartWith("v1,");
        signatures[0].ShouldNotBe(Signature);
        signatures[1].ShouldBe(Signature);
    }
}
