using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Files;
using LockNGen.ComfyUiSimulator.Pictures;
using LockNGen.ComfyUiSimulator.Python;
using LockNGen.ComfyUiSimulator.Sockets;

namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>Nodes that deliver pictures: as files, as temporary files, as frames on the socket, as an animation.</summary>
internal static class SaveNodes
{
    private static readonly Dictionary<string, string> HiddenPrompt = new(StringComparer.Ordinal)
    {
        ["prompt"] = "PROMPT",
        ["extra_pnginfo"] = "EXTRA_PNGINFO",
    };

    public static IEnumerable<NodeDefinition> Create()
    {
        yield return new NodeDefinition
        {
            ClassType = "SaveImage",
            DisplayName = "Save Image",
            Category = "image",
            Description = "Saves the input images to your ComfyUI output directory.",
            IsOutput = true,
            Inputs =
            [
                InputSpec.Link("images", "IMAGE", "The images to save."),
                InputSpec.Text("filename_prefix", "ComfyUI", c => c["tooltip"] =
                    "The prefix for the file to save. This may include formatting information such as %date:yyyy-MM-dd% or %Empty Latent Image.width% to include values from nodes."),
            ],
            Hidden = HiddenPrompt,
            RunAsync = context => Task.FromResult(SaveImages(context, FileKind.Output, context.Text("filename_prefix"))),
        };
        yield return new NodeDefinition
        {
            ClassType = "PreviewImage",
            DisplayName = "Preview Image",
            Category = "image",
            Description = "Saves the input images to your ComfyUI output directory.",
            IsOutput = true,
            Inputs = [InputSpec.Link("images", "IMAGE")],
            Hidden = HiddenPrompt,
            RunAsync = context => Task.FromResult(SaveImages(context, FileKind.Temp, context.TempPrefix)),
        };
        yield return new NodeDefinition
        {
            ClassType = "SaveImageWebsocket",
            Category = "api/image",
            PythonModule = "custom_nodes.websocket_image_save",
            IsOutput = true,
            Inputs = [InputSpec.Link("images", "IMAGE")],
            // It declares itself changed each time, because its pictures cannot be fetched later.
            Fingerprint = _ => Guid.NewGuid().ToString(),
            RunAsync = SendImagesAsync,
        };
        yield return new NodeDefinition
        {
            ClassType = "SaveAnimatedPNG",
            Category = "image/animation",
            PythonModule = "comfy_extras.nodes_images",
            IsOutput = true,
            Inputs =
            [
                InputSpec.Link("images", "IMAGE"), InputSpec.Text("filename_prefix", "ComfyUI"),
                InputSpec.Float("fps", 6, 0.01, 1000, c => c["step"] = 0.01), InputSpec.Int("compress_level", 4, 0, 9),
            ],
            Hidden = HiddenPrompt,
            RunAsync = context => Task.FromResult(SaveAnimation(context)),
        };
    }

    private static NodeResult SaveImages(NodeContext context, FileKind kind, string prefix)
    {
        var images = context.Get<ImageValue>("images").Images;
        var (subfolder, names) = context.Environment.FileNames.Next(kind, CheckPrefix(prefix), images.Count, ".png");
        var text = context.PngText().ToArray();
        for (var i = 0; i < images.Count; i++)
            context.Environment.Files.Write(kind, FilePath.Combine(subfolder, names[i]), PngEncoder.Encode(images[i], text));
        return NodeResult.Show(new JsonObject { ["images"] = References(kind, subfolder, names) });
    }

    private static NodeResult SaveAnimation(NodeContext context)
    {
        var images = context.Get<ImageValue>("images").Images;
        var (subfolder, names) = context.Environment.FileNames.Next(FileKind.Output, CheckPrefix(context.Text("filename_prefix")), 1, ".png");
        var file = PngEncoder.EncodeAnimation(images, context.Double("fps"), context.PngText());
        context.Environment.Files.Write(FileKind.Output, FilePath.Combine(subfolder, names[0]), file);
        return NodeResult.Show(new JsonObject
        {
            ["images"] = References(FileKind.Output, subfolder, names),
            ["animated"] = new JsonArray(true),
        });
    }

    private static async Task<NodeResult> SendImagesAsync(NodeContext context)
    {
        var images = context.Get<ImageValue>("images").Images;
        var progress = context.StartProgress(images.Count);
        for (var i = 0; i < images.Count; i++)
            await context.ReportAsync(progress, i, new PreviewImage(PngEncoder.Encode(images[i]), IsPng: true));
        return NodeResult.Of();
    }

    public static JsonArray References(FileKind kind, string subfolder, IEnumerable<string> names) => new(
    [
        .. names.Select(n => (JsonNode)new JsonObject { ["filename"] = n, ["subfolder"] = subfolder, ["type"] = kind.Wire() }),
    ]);

    public static string CheckPrefix(string prefix) =>
        FilePath.Normalize(prefix) ?? throw new PythonException("Exception", "**** ERROR: Saving image outside the output folder is not allowed.");
}
