using LockNGen.ComfyDoors;
using LockNGen.Hosting;
using LockNGen.Hosting.Start;

return await ServiceProgram.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.ListenLocally(8188);
    builder.AddServiceDefaults();
    builder.AddComfyDoors();

    var app = builder.Build();
    app.MapServiceDefaults();
    return app;
});
