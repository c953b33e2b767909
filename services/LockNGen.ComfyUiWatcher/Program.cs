using LockNGen.ComfyUiWatcher;
using LockNGen.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.ListenLocally(5083);
builder.AddServiceDefaults();
builder.AddComfyUiWatcher();

var app = builder.Build();
app.MapServiceDefaults();
await app.RunServiceAsync();
