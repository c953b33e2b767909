using LockNGen.ComfyUiWatcher;
using LockNGen.GenerationApi;
using LockNGen.RealtimeGateway;
using LockNGen.ServiceDefaults;
using LockNGen.Standalone;
using LockNGen.WebhookNotifier;

var builder = WebApplication.CreateBuilder(args);
builder.ListenLocally(5080);
builder.AddStandaloneDefaults();
builder.AddServiceDefaults();
builder.AddGenerationApi();
builder.AddComfyUiWatcher();
builder.AddRealtimeGateway();
builder.AddWebhookNotifier();

var app = builder.Build();
app.MapServiceDefaults();
app.MapGenerationApi();
app.MapRealtimeGateway();
app.MapWebhookNotifier();
await app.RunServiceAsync();
