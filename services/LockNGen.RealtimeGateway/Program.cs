using LockNGen.RealtimeGateway;
using LockNGen.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.ListenLocally(5082);
builder.AddRealtimeGateway();

var app = builder.Build();
app.MapServiceDefaults();
app.MapRealtimeGateway();
await app.RunServiceAsync();
