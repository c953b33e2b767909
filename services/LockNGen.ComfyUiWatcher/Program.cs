using LockNGen.ComfyUiWatcher;
using LockNGen.Hosting;
using LockNGen.Hosting.Start;

return await ServiceProgram.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.ListenLocally(5083);
    builder.AddServiceDefaults();
    builder.AddComfyUiWatcher();

    var app = builder.Build();
    app.MapServiceDefaults();
    return app;
});
