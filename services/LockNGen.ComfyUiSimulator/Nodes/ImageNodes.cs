using System.Globalization;
using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Pictures;
using LockNGen.ComfyUiSimulator.Python;

namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>Scaling, inverting, and nodes that show text.</summary>
internal static class ImageNodes
{
    private const int MaxResolution = 16_384;
    private static readonly string[] UpscaleMethods = ["nearest-exact", "bilinear", "area", "bicubic", "lanczos"];

    public static IEnumerable<NodeDefinition> Create()
    {
        yield return new NodeDefinition
        {
            ClassType = "ImageScale",
            DisplayName = "Upscale Image",
            Category = "image/upscaling",
            Inputs =
            [
                InputSpec.Link("image", "IMAGE"), InputSpec.Choice("upscale_method", UpscaleMethods),
                InputSpec.Int("width", 512, 0, MaxResolution, c => c["step"] = 1), InputSpec.Int("height", 512, 0, MaxResolution, c => c["step"] = 1),
                InputSpec.Choice("crop", ["disabled", "center"]),
            ],
            Outputs = [new("IMAGE")],
            RunAsync = context => Task.FromResult(NodeResult.Of(Resize(context, context.Int("width"), context.Int("height")))),
        };
        yield return new NodeDefinition
        {
            ClassType = "ImageScaleBy",
            DisplayName = "Upscale Image By",
            Category = "image/upscaling",
            Inputs =
            [
                InputSpec.Link("image", "IMAGE"), InputSpec.Choice("upscale_method", UpscaleMethods),
                InputSpec.Float("scale_by", 1, 0.01, 8, c => c["step"] = 0.01),
            ],
            Outputs = [new("IMAGE")],
            RunAsync = context =>
            {
                var (image, scale) = (context.Get<ImageValue>("image"), context.Double("scale_by"));
                return Task.FromResult(NodeResult.Of(Resize(context, (int)Math.Round(image.Width * scale), (int)Math.Round(image.Height * scale))));
            },
        };
        yield return new NodeDefinition
        {
            ClassType = "ImageInvert",
            DisplayName = "Invert Image",
            Category = "image",
            Inputs = [InputSpec.Link("image", "IMAGE")],
            Outputs = [new("IMAGE")],
            RunAsync = context => Task.FromResult(NodeResult.Of(new ImageValue([.. context.Get<ImageValue>("image").Images.Select(Invert)]))),
        };
        yield return new NodeDefinition
        {
            ClassType = "GetImageSize",
            DisplayName = "Get Image Size",
            Category = "image",
            PythonModule = "comfy_extras.nodes_images",
            Description = "Returns width and height of the image, and passes it through unchanged.",
            Inputs = [InputSpec.Link("image", "IMAGE")],
            Hidden = new Dictionary<string, string>(StringComparer.Ordinal) { ["unique_id"] = "UNIQUE_ID" },
            Outputs = [new("INT", "width"), new("INT", "height"), new("INT", "batch_size")],
            RunAsync = context =>
            {
                var image = context.Get<ImageValue>("image");
                context.SendText(string.Create(
                    CultureInfo.InvariantCulture, $"width: {image.Width}, height: {image.Height}\n batch size: {image.Images.Count}"));
                return Task.FromResult(NodeResult.Of((JsonNode)image.Width, (JsonNode)image.Height, (JsonNode)image.Images.Count));
            },
        };
        yield return new NodeDefinition
        {
            ClassType = "PreviewAny",
            DisplayName = "Preview Any",
            Category = "utils",
            PythonModule = "comfy_extras.nodes_preview_any",
            IsOutput = true,
            Inputs = [InputSpec.Link("source", "*")],
            RunAsync = context =>
            {
                var source = context.Inputs["source"];
                var text = source is JsonNode or null ? PythonText.Str((JsonNode?)source) : source.ToString();
                return Task.FromResult(NodeResult.Show(new JsonObject { ["text"] = new JsonArray(text) }));
            },
        };
    }

    private static ImageValue Resize(NodeContext context, int width, int height)
    {
        var image = context.Get<ImageValue>("image");
        if (width == 0 && height == 0)
            return image;
        if (width == 0)
            width = Math.Max(1, image.Width * height / image.Height);
        if (height == 0)
            height = Math.Max(1, image.Height * width / image.Width);
        if ((long)width * height * image.Images.Count > context.Environment.Options.MaxBatchMegapixels * 1_000_000L)
            throw PythonException.OutOfMemory();
        return new ImageValue([.. image.Images.Select(i => i.Resize(Math.Max(1, width), Math.Max(1, height)))]);
    }

    private static Bitmap Invert(Bitmap image)
    {
        var result = new Bitmap(image.Width, image.Height);
        for (var i = 0; i < image.Rgb.Length; i++)
            result.Rgb[i] = (byte)(255 - image.Rgb[i]);
        return result;
    }
}
