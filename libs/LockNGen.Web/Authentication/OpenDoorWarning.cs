using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LockNGen.Web.Authentication;

/// <summary>Says at start, outside development, that anybody who reaches this service may use it.</summary>
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
        "Authentication is off: whoever reaches this service sees and does everything. Set Auth__Authority and Auth__Audience, or Auth__SigningKey")]
    private partial void LogOpenDoor();
}
