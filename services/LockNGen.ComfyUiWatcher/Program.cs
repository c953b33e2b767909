using LockNGen.ComfyUiWatcher;
using LockNGen.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseUrls("http://127.0.0.1:5083");
builder.AddServiceDefaults();
builder.AddComfyUiWatcher();

var app = builder.Build();
app.MapServiceDefaults();
await app.RunAsync();
