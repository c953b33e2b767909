using LockNGen.GenerationApi;
using LockNGen.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.ListenLocally(5081);
builder.AddServiceDefaults();
builder.AddGenerationApi();

var app = builder.Build();
app.MapServiceDefaults();
app.MapGenerationApi();
await app.RunServiceAsync();
