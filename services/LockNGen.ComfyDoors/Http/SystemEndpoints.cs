using System.Globalization;
using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Api;
using Microsoft.Extensions.Options;

namespace LockNGen.ComfyDoors.Http;

/// <summary><c>/system_stats</c> and <c>/features</c>: one device for each instance of the farm.</summary>
internal sealed class SystemEndpoints(GenerationApiClient api, IOptions<DoorOptions> options)
{
    private const long Gigabyte = 1L << 30;

    public static void Map(RouteGroupBuilder comfy)
    {
        comfy.MapGet("/system_stats", (SystemEndpoints endpoints, DoorCaller caller, HttpContext context) => endpoints.StatsAsync(caller, context.RequestAborted));
        comfy.MapGet("/features", (SystemEndpoints endpoints) => ComfyResults.Json(endpoints.Features));
    }

    /// <summary>The door's features; no <c>assets</c> and no manager, because ComfyUI's page would then request what does not exist here.</summary>
    public JsonObject Features => new() { ["supports_preview_metadata"] = true, ["max_upload_size"] = options.Value.MaxUploadBytes };

    private async Task<IResult> StatsAsync(DoorCaller caller, CancellationToken cancellationToken)
    {
        var instances = (await api.GetAsync(caller, "/api/instances", ApiJson.Default.InstanceList, cancellationToken)).Instances;
        var devices = instances.Where(i => i.State == "up").Select(Device).ToList();
        if (devices.Count == 0)
            devices.Add(Device(new Instance { Name = "no instance is up", State = "down" }, 0));
        return ComfyResults.Json(new JsonObject
        {
            ["system"] = new JsonObject
            {
                ["os"] = "posix",
                ["ram_total"] = 0,
                ["ram_free"] = 0,
                ["comfyui_version"] = Lowest(instances.Select(i => i.Version).OfType<string>()) ?? "0.0.0",
                ["python_version"] = "",
                ["pytorch_version"] = "",
                ["embedded_python"] = false,
                ["argv"] = new JsonArray(),
            },
            ["devices"] = new JsonArray([.. devices]),
        });
    }

    /// <summary>Memory is taken from the label <c>vram</c>, in gigabytes: nothing reports it.</summary>
    private static JsonNode Device(Instance instance, int index)
    {
        var memory = double.TryParse(instance.Labels.GetValueOrDefault("vram"), CultureInfo.InvariantCulture, out var gigabytes) ? (long)(gigabytes * Gigabyte) : 0;
        return new JsonObject
        {
            ["name"] = instance.Name,
            ["type"] = "cuda",
            ["index"] = index,
            ["vram_total"] = memory,
            ["vram_free"] = memory,
            ["torch_vram_total"] = memory,
            ["torch_vram_free"] = memory,
        };
    }

    private static string? Lowest(IEnumerable<string> versions) => versions.MinBy(v => Version.TryParse(v.Split('-', '+')[0], out var parsed) ? parsed : new Version(0, 0));
}
