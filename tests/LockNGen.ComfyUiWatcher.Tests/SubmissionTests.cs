using LockNGen.ComfyUiWatcher.Generations;
using LockNGen.ComfyUiWatcher.Tests.Kit;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Tests;

/// <summary>POST /prompt that fails, or whose answer does not arrive: the prompt must run, and must not run twice.</summary>
public sealed class SubmissionTests
{
    [Theory]
    [InlineData("A")]
    [InlineData("B")]
    public async Task Answer_ThatIsLost_DoesNotMakeThePromptRunTwice(string version)
    {
        await using var comfy = await SimulatedServer.StartAsync(version);
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        await comfy.AdminAsync("lost-answers?count=1&path=/prompt");

        var row = await host.SubmitAsync(Workflows.TextToImage());
        await host.Events.WaitForAsync<GenerationCompleted>(row.Id);

        (await comfy.RendersAsync()).ShouldBe([PromptIds.Of(row.Id, 1, 1, 0)]);
    }

    [Fact]
    public async Task ServerError_InPlainText_IsTriedAgainUnderANewId()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        await comfy.AdminAsync("http-errors?count=2&path=/prompt");

        var row = await host.SubmitAsync(Workflows.TextToImage());
        await host.Events.WaitForAsync<GenerationCompleted>(row.Id);

        (await comfy.RendersAsync()).ShouldBe([PromptIds.Of(row.Id, 1, 1, 2)]);
    }

    [Fact]
    public async Task ServerError_AgainAndAgain_IsNotTheWorkflowsFault()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url]);
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        await comfy.AdminAsync("http-errors?count=100&path=/prompt");

        var row = await host.SubmitAsync(Workflows.TextToImage());
        var error = await row.Lost.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        (error.Code, error.Retryable).ShouldBe((GenerationErrorCodes.ComfyUiLost, true));
        error.Message.ShouldStartWith("comfy-0 does not take the workflow: POST /prompt was answered 500: 500 Internal Server Error");
        (await comfy.RendersAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Prompt_GivenUpAsLostThatArrivesLate_IsAdopted()
    {
        await using var comfy = await SimulatedServer.StartAsync();
        await using var host = await WatcherHost.StartAsync([comfy.Url], ("ComfyUi:OrphanedAfter", "00:01:00"));
        await host.WaitForStateAsync("comfy-0", InstanceState.Up);
        var row = host.Ledger.Add(Workflows.TextToImage(), "comfy-0");
        // Under the id of the second try, as if that had not been answered but had arrived after all.
        var late = PromptIds.Of(row.Id, 1, 1, 1);
        var hold = await comfy.HoldAsync("ExecutionStart");
        await comfy.PostPromptAsync(new
        {
            prompt = row.Workflow,
            prompt_id = late,
            client_id = "the-same",
            extra_data = new { lockngen = new { generationId = row.Id, imageIndex = 1, attempt = 1, instance = "comfy-0" } },
        });
        await comfy.HeldAsync(hold);
        await comfy.AdminAsync("http-errors?count=1&path=/prompt");

        await host.DispatchAsync(row);
        await host.LoggedAsync("Adopted prompt");
        await comfy.ReleaseAsync(hold);

        await host.Events.WaitForAsync<GenerationCompleted>(row.Id);
        (await comfy.RendersAsync()).ShouldBe([late]);
    }
}
