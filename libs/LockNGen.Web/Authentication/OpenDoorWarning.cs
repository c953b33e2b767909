using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LockNGen.Web.Authentication;

/// <summary>Warns at start, outside development, that anyone who reaches this service may use it.</summary>
internal sealed partial class OpenDoorWarning(IOptions<AuthOptions> options, IHostEnvironment environment, ILogger<OpenDoorWarning> logger)
    : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.IsOn && !environment.IsDevelopment())
            LogOpenDoor();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Warning,
        "Authentication is off: anyone who reaches this service can see and do everything. Set Auth__Authority and Auth__Audience, or Auth__SigningKey")]
    private partial void LogOpenDoor();
}
