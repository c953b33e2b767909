using LockNGen.ComfyUiSimulator;

var builder = WebApplication.CreateBuilder(args);
builder.AddComfyUiSimulator();

var app = builder.Build();
app.MapComfyUiSimulator();
await app.RunAsync();
