using LockNGen.ComfyUiSimulator.Admin;
using LockNGen.ComfyUiSimulator.Http;

namespace LockNGen.ComfyUiSimulator;

/// <summary>Puts the simulator's middleware in front of routing: ComfyUI owns every path of its origin.</summary>
internal sealed class SimulatorPipeline : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.UseMiddleware<FaultMiddleware>();
        app.UseMiddleware<OriginMiddleware>();
        app.UseMiddleware<ErrorMiddleware>();
        app.UseWebSockets();
        next(app);
    };
}
