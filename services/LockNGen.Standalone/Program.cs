using LockNGen.ComfyDoors;
using LockNGen.ComfyUiWatcher;
using LockNGen.GenerationApi;
using LockNGen.Hosting;
using LockNGen.Hosting.Start;
using LockNGen.RealtimeGateway;
using LockNGen.Standalone;
using LockNGen.WebhookNotifier;

return await ServiceProgram.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.ListenLocally(5080);
    builder.AddStandaloneDefaults();
    builder.AddServiceDefaults();
    builder.AddGenerationApi();
    builder.AddComfyUiWatcher();
    builder.AddRealtimeGateway();
    builder.AddWebhookNotifier();
    if (builder.HasDoor())
        builder.AddComfyDoors();

    var app = builder.Build();
    app.MapServiceDefaults();
    app.MapGenerationApi();
    app.MapRealtimeGateway();
    app.MapWebhookNotifier();
    return app;
});
