using LockNGen.Hosting;
using LockNGen.Hosting.Start;
using LockNGen.WebhookNotifier;

return await ServiceProgram.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.ListenLocally(5084);
    builder.AddServiceDefaults();
    builder.AddWebhookNotifier();

    var app = builder.Build();
    app.MapServiceDefaults();
    app.MapWebhookNotifier();
    return app;
});
