using LockNGen.TestSupport;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyUiSimulator.Tests;

public sealed class SimulatorOptionsTests
{
    [Theory]
    [InlineData("StepMilliseconds", "-1")]
    [InlineData("PreviewSize", "8")]
    [InlineData("MaxFilesMegabytes", "0")]
    [InlineData("NodeMilliseconds:VAEDecode", "-5")]
    public async Task Start_ValueOutOfRange_IsRefusedWithTheOptionsName(string name, string value)
    {
        var refusal = await Should.ThrowAsync<OptionsValidationException>(async () =>
        {
            await using var host = await SimulatorHost.StartAsync((name, value));
        });

        refusal.Message.ShouldContain(name.Split(':')[0]);
    }
}
