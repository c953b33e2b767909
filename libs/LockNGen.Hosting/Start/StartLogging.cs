using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LockNGen.Hosting.Start;

/// <summary>
/// Keeps the host and Kestrel from logging the stack trace of a failed start: <see cref="ServiceProgram"/> reports it, in one line if the
/// cause is known and as an unhandled exception otherwise.
/// </summary>
internal sealed class StartLogging
{
    private volatile bool _hasStarted;

    public static void AddTo(ILoggingBuilder logging)
    {
        var start = new StartLogging();
        logging.Services.AddSingleton(start);
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", start.Wants);
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", start.Wants);
    }

    public void Started() => _hasStarted = true;

    private bool Wants(LogLevel level) => level >= LogLevel.Warning && (_hasStarted || level < LogLevel.Error);
}
