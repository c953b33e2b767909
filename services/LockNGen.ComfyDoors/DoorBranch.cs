using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Http;
using LockNGen.ComfyDoors.OpenAi;
using LockNGen.ComfyDoors.V2;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyDoors;

/// <summary>
/// Separates requests to the doors' port from the rest of the process: <c>/api/queue</c> means something different here than in the
/// GenerationApi.
/// </summary>
internal sealed class DoorBranch(IOptions<DoorOptions> options) : IStartupFilter
{
    /// <summary>Detects dead connections; generous, because Python's clients do not read while they upload.</summary>
    private static readonly TimeSpan PingInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromMinutes(5);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        var branch = app.New();
        branch.UseMiddleware<Credentials>();
        branch.UseWebSockets(new WebSocketOptions { KeepAliveInterval = PingInterval, KeepAliveTimeout = PingTimeout });
        branch.UseRouting();
        branch.UseAuthentication();
        branch.UseEndpoints(endpoints =>
        {
            DoorRoutes.Map(endpoints);
            V2Routes.Map(endpoints);
            ImagesEndpoints.Map(endpoints);
        });
        var doors = branch.Build();
        app.Use((context, rest) => IsOurs(context) ? doors(context) : rest(context));
        next(app);
    };

    private bool IsOurs(HttpContext context) =>
        options.Value.Port is { } port ? context.Connection.LocalPort == port : !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal);
}
