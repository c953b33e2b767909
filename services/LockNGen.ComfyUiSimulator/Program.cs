using LockNGen.ComfyUiSimulator;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
builder.AddComfyUiSimulator();

var app = builder.Build();
app.MapComfyUiSimulator();
await app.RunAsync();
