using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Pictures;
using LockNGen.ComfyUiSimulator.Python;
using LockNGen.ComfyUiSimulator.Sockets;

namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>
/// The test nodes with which the recordings were made: a custom node package that fails, blocks, waits, sends messages, expands
/// and runs in parallel on demand.
/// </summary>
internal static class LabNodes
{
    private const string Module = "custom_nodes.lab_nodes";
    private const int FailStepMilliseconds = 50;

    public static IEnumerable<NodeDefinition> Create()
    {
        yield return Lab("LabTinyModel", [InputSpec.Int("seed", 0, 0, 2147483648), InputSpec.Int("step_sleep_ms", 0, 0, 60_000)], ["MODEL", "VAE"], context =>
            Task.FromResult(NodeResult.Of(new ModelValue("tiny", context.Int("step_sleep_ms")), new VaeValue("tiny"))));
        yield return Lab("LabTextEncode", [InputSpec.Text("text")], ["CONDITIONING"], context =>
            Task.FromResult(NodeResult.Of(new ConditioningValue(context.Text("text")))));
        yield return Lab(
            "LabColor",
            [InputSpec.Int("seed", 0, 0, 2147483648), InputSpec.Int("px", 64, 8, 4096), InputSpec.Int("batch", 1, 1, 64)],
            ["IMAGE"],
            context => Task.FromResult(NodeResult.Of(Plain(context.Seed("seed"), context.Int("px"), context.Int("batch")))));
        yield return Lab("LabProgress", ProgressInputs(), ["IMAGE"], ProgressAsync);
        yield return Lab("LabSlow", [InputSpec.Link("image", "IMAGE"), InputSpec.Float("seconds", 1, 0, 600)], ["IMAGE"], async context =>
        {
            await context.WorkAsync(context.Double("seconds") * 1000);
            return NodeResult.Of(context.Get<ImageValue>("image"));
        });
        yield return Lab(
            "LabFail",
            [InputSpec.Link("image", "IMAGE"), InputSpec.Text("message", "boom"), InputSpec.Int("after_steps", 3, 0, 1000)],
            ["IMAGE"],
            FailAsync);
        yield return Lab("LabExit", [InputSpec.Link("image", "IMAGE")], ["IMAGE"], _ => throw new PythonException(PythonException.SystemExit, "1"));
        yield return Lab("LabOom", [InputSpec.Link("image", "IMAGE")], ["IMAGE"], _ => throw PythonException.OutOfMemory());
        yield return Lab("LabBlocked", [InputSpec.Link("image", "IMAGE"), InputSpec.Text("message")], ["IMAGE"], context =>
            Task.FromResult(NodeResult.Of(new ExecutionBlocker(context.Text("message") is { Length: > 0 } message ? message : null))));
        yield return Lab("LabText", [InputSpec.Text("text"), InputSpec.Boolean("to_client_only", value: false)], [], Talk, isOutput: true);
        yield return Lab("LabExpand", [InputSpec.Int("seed", 0, 0, 2147483648), InputSpec.Int("steps", 4, 1, 1000), InputSpec.Int("sleep_ms", 50, 0, 60_000)], ["IMAGE"], Expand);
        yield return Lab("LabParallel", ProgressInputs(), ["IMAGE"], ProgressAsync, isAsync: true);
    }

    private static NodeDefinition Lab(
        string classType, InputSpec[] inputs, string[] outputs, Func<NodeContext, Task<NodeResult>> run, bool isOutput = false, bool isAsync = false) => new()
    {
        ClassType = classType,
        Category = "lab",
        PythonModule = Module,
        Inputs = inputs,
        Outputs = [.. outputs.Select(o => new OutputSlot(o))],
        IsOutput = isOutput,
        IsAsync = isAsync,
        RunAsync = run,
    };

    private static InputSpec[] ProgressInputs() =>
    [
        InputSpec.Int("steps", 10, 1, 100_000), InputSpec.Int("sleep_ms", 50, 0, 60_000), InputSpec.Choice("preview", ["none", "JPEG", "PNG"]),
        InputSpec.Int("preview_px", 32, 8, 4096), InputSpec.Int("max_px", 512, 0, 4096), InputSpec.Boolean("noise", value: false),
        InputSpec.Int("seed", 0, 0, 2147483648),
    ];

    private static ImageValue Plain(long seed, int size, int count)
    {
        var noise = new Noise((ulong)seed);
        var color = new Color(noise.Hash(0, 0), noise.Hash(1, 0), noise.Hash(2, 0));
        var image = LatentDecoder.Fill(size, size, color);
        return new ImageValue([.. Enumerable.Repeat(image, count)]);
    }

    private static async Task<NodeResult> ProgressAsync(NodeContext context)
    {
        var (steps, sleep) = (context.Int("steps"), context.Int("sleep_ms"));
        var preview = Preview(context);
        var progress = context.StartProgress(steps);
        for (var step = 1; step <= steps; step++)
        {
            await context.WorkAsync(sleep);
            await context.ReportAsync(progress, step, preview);
        }

        return NodeResult.Of(Plain(context.Seed("seed"), 64, 1));
    }

    private static PreviewImage? Preview(NodeContext context)
    {
        var format = context.Text("preview");
        if (format == "none")
            return null;
        var size = context.Int("max_px") is > 0 and var max ? max : context.Int("preview_px");
        var noise = new Noise((ulong)context.Seed("seed"));
        var isNoise = context.Bool("noise");
        var bitmap = new Bitmap(size, size);
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                bitmap.Set(x, y, isNoise
                    ? new Color(noise.Hash(x, y), noise.Hash(x + 5000, y), noise.Hash(x, y + 5000))
                    : new Color((float)x / size, (float)y / size, 0.5f));
            }
        }

        return format == "PNG" ? new PreviewImage(PngEncoder.Encode(bitmap), IsPng: true) : new PreviewImage(PictureCodec.EncodeJpeg(bitmap, 95), IsPng: false);
    }

    private static async Task<NodeResult> FailAsync(NodeContext context)
    {
        var after = context.Int("after_steps");
        var progress = context.StartProgress(after + 3);
        for (var step = 1; step <= after; step++)
        {
            await context.WorkAsync(FailStepMilliseconds);
            await context.ReportAsync(progress, step);
        }

        throw PythonException.ValueError(context.Text("message"));
    }

    private static Task<NodeResult> Talk(NodeContext context)
    {
        var text = context.Text("text");
        context.SendText(text, context.Bool("to_client_only"));
        context.SendEvent("lab_custom_event", new JsonObject { ["hello"] = text });
        return Task.FromResult(NodeResult.Show(new JsonObject { ["text"] = new JsonArray(text) }));
    }

    /// <summary>Two nodes in place of one; their ids contain the parent's, the call and the graph.</summary>
    private static Task<NodeResult> Expand(NodeContext context)
    {
        var (first, second) = ($"{context.NodeId}.0.0.1", $"{context.NodeId}.0.0.2");
        var graph = new Dictionary<string, JsonObject>(StringComparer.Ordinal)
        {
            [first] = new()
            {
                ["class_type"] = "LabProgress",
                ["inputs"] = new JsonObject
                {
                    ["steps"] = context.Int("steps"), ["sleep_ms"] = context.Int("sleep_ms"), ["preview"] = "none", ["preview_px"] = 32,
                    ["max_px"] = 512, ["noise"] = false, ["seed"] = context.Seed("seed"),
                },
            },
            [second] = new()
            {
                ["class_type"] = "LabSlow",
                ["inputs"] = new JsonObject { ["image"] = new JsonArray(first, 0), ["seconds"] = 0 },
            },
        };
        return Task.FromResult(NodeResult.Of(new NodeLink(second, 0)) with { Expansion = graph });
    }
}
