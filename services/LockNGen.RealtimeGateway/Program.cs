using LockNGen.Hosting;
using LockNGen.Hosting.Start;
using LockNGen.RealtimeGateway;

return await ServiceProgram.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.ListenLocally(5082);
    builder.AddServiceDefaults();
    builder.AddRealtimeGateway();

    var app = builder.Build();
    app.MapServiceDefaults();
    app.MapRealtimeGateway();
    return app;
});
