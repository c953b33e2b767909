using System.Text.Json.Nodes;

namespace LockNGen.ComfyUiSimulator.Http;

/// <summary><c>/system_stats</c>, <c>/features</c> and other small routes of a running server.</summary>
internal static class SystemEndpoints
{
    private const long TotalMemory = 25_276_514_304;
    private const long FreeMemory = 23_277_068_288;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/system_stats", (ServerEnvironment environment) => ComfyResults.Json(new JsonObject
        {
            ["system"] = environment.IsVersionB ? SystemOfB() : SystemOfA(),
            ["devices"] = new JsonArray(new JsonObject
            {
                ["name"] = "cpu",
                ["type"] = "cpu",
                ["index"] = null,
                ["vram_total"] = TotalMemory,
                ["vram_free"] = FreeMemory,
                ["torch_vram_total"] = TotalMemory,
                ["torch_vram_free"] = FreeMemory,
            }),
        }));
        routes.MapGet("/features", (ComfyUiServer server) => ComfyResults.Json(server.FeatureFlags()));
        routes.MapGet("/users", () => ComfyResults.Json(new JsonObject { ["storage"] = "server", ["migrated"] = false }));
        routes.MapGet("/internal/logs/raw", (ComfyUiServer server) => ComfyResults.Json(server.Log.ToJson()));
        routes.MapGet("/internal/files/output", () => ComfyResults.Json(new JsonArray()));
    }

    private static JsonObject SystemOfA() => new()
    {
        ["os"] = "posix",
        ["ram_total"] = TotalMemory,
        ["ram_free"] = FreeMemory,
        ["comfyui_version"] = "0.3.64",
        ["required_frontend_version"] = "1.27.10",
        ["installed_templates_version"] = null,
        ["required_templates_version"] = "0.1.95",
        ["python_version"] = "3.13.5",
        ["pytorch_version"] = "2.6.0",
        ["embedded_python"] = false,
        ["argv"] = new JsonArray("main.py"),
    };

    private static JsonObject SystemOfB() => new()
    {
        ["os"] = "linux",
        ["ram_total"] = TotalMemory,
        ["ram_free"] = FreeMemory,
        ["comfyui_version"] = "0.27.0",
        ["required_frontend_version"] = "1.45.20",
        ["installed_templates_version"] = null,
        ["required_templates_version"] = "0.11.1",
        ["comfy_package_versions"] = new JsonArray(
            new JsonObject { ["name"] = "comfyui-frontend-package", ["installed"] = null, ["required"] = "1.45.20" }),
        ["python_version"] = "3.13.5",
        ["pytorch_version"] = "2.6.0",
        ["embedded_python"] = false,
        ["deploy_environment"] = "local-git",
        ["argv"] = new JsonArray("main.py"),
    };
}
