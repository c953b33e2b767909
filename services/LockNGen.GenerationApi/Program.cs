using LockNGen.GenerationApi;
using LockNGen.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
// Not appsettings.json: it would collide with that of another service where both are composed.
if (string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey]))
    builder.WebHost.UseUrls("http://127.0.0.1:5081");
builder.AddServiceDefaults();
builder.AddGenerationApi();

var app = builder.Build();
app.MapServiceDefaults();
app.MapGenerationApi();
await app.RunAsync();
