using LockNGen.GenerationApi;
using LockNGen.Hosting;
using LockNGen.Hosting.Start;

return await ServiceProgram.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.ListenLocally(5081);
    builder.AddServiceDefaults();
    builder.AddGenerationApi();

    var app = builder.Build();
    app.MapServiceDefaults();
    app.MapGenerationApi();
    return app;
});
