using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace LockNGen.Hosting.Start;

/// <summary>Runs the service of every Program.cs.</summary>
public static class ServiceProgram
{
    /// <summary>
    /// Builds a service and runs it until the process is told to stop. A problem that an operator can fix (a port in use, a setting, a
    /// folder) ends it with one line on standard error and no stack trace.
    /// </summary>
    /// <returns>The exit code: 0 after an orderly end, 1 when the service could not start.</returns>
    public static async Task<int> RunAsync(Func<WebApplication> build)
    {
        try
        {
            await RunAsync(build());
            return 0;
        }
        catch (Exception e) when (StartFailure.Explain(e) is { } explanation)
        {
            await Console.Error.WriteLineAsync(explanation);
            return 1;
        }
    }

    /// <summary>
    /// Runs until the process is told to stop. A stop during the start is as orderly as a later one, and does not end with the exit code
    /// of a crash.
    /// </summary>
    internal static async Task RunAsync(WebApplication app)
    {
        var stopping = app.Lifetime.ApplicationStopping;
        if (app.Services.GetService<StartLogging>() is { } logging)
            app.Lifetime.ApplicationStarted.Register(logging.Started);
        ListenAddresses.EnsureFree(app.Configuration);
        try
        {
            await app.RunAsync();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The start was cancelled.
        }
    }
}
