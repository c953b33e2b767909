using LockNGen.Hosting;
using LockNGen.Hosting.Start;
using LockNGen.RealtimeGateway;

return await ServiceProgram.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddServiceDefaults();
    builder.ListenLocally(5082);
    builder.AddRealtimeGateway();

    var app = builder.Build();
    app.MapServiceDefaults();
    app.MapRealtimeGateway();
    return app;
});
