using LockNGen.ComfyUiWatcher.Instances;
using LockNGen.Contracts;

namespace LockNGen.ComfyUiWatcher.Generations;

/// <summary>Receives the API's commands. They may arrive twice, late, or for something that is gone; none of that does harm.</summary>
internal sealed partial class GenerationDispatcher(
    InstanceDirectory instances, ActiveGenerations active, GenerationServices services, ILogger<GenerationDispatcher> logger)
{
    public void Submit(SubmitGeneration command)
    {
        if (instances.Find(command.Instance) is not { GivenUp: null } instance)
        {
            LogNotOurs(command.GenerationId, command.Instance);
            return;
        }

        active.Start(command.GenerationId, new GenerationRun(command.GenerationId, instance, services), RunAsync);

        async Task RunAsync(GenerationRun run, CancellationToken abandon)
        {
            try
            {
                await run.RunAsync(abandon);
            }
            catch (Exception e)
            {
                LogFailed(command.GenerationId, e);
            }
        }
    }

    public void Cancel(CancelGeneration command) => active.Cancel(command);

    [LoggerMessage(LogLevel.Information, "{GenerationId} was sent for {Instance}, which is unknown here or unavailable")]
    private partial void LogNotOurs(Guid generationId, string instance);

    [LoggerMessage(LogLevel.Error, "Working on {GenerationId} failed; the API takes it back")]
    private partial void LogFailed(Guid generationId, Exception exception);
}
