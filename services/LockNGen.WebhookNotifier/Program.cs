using LockNGen.ServiceDefaults;
using LockNGen.WebhookNotifier;

var builder = WebApplication.CreateBuilder(args);
builder.ListenLocally(5084);
builder.AddServiceDefaults();
builder.AddWebhookNotifier();

var app = builder.Build();
app.MapServiceDefaults();
app.MapWebhookNotifier();
await app.RunServiceAsync();
