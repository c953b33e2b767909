using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Files;
using LockNGen.ComfyUiSimulator.Pictures;

namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>What an output node of a live catalog shows: a text, or a file of its kind.</summary>
internal static class LiveFiles
{
    /// <summary>The smallest file that a reader of MP4 takes for one.</summary>
    private static readonly byte[] Mp4 = [0, 0, 0, 16, .. "ftypisom"u8, 0, 0, 2, 0, 0, 0, 0, 8, .. "mdat"u8];

    private static readonly byte[] Glb = [.. "glTF"u8, 2, 0, 0, 0, 12, 0, 0, 0];

    public static JsonObject? Show(NodeContext context, string classType)
    {
        var image = context.Inputs.Values.OfType<ImageValue>().FirstOrDefault();
        return classType switch
        {
            "PreviewAny" => new JsonObject { ["text"] = new JsonArray(LiveValues.Describe(context)) },
            "SaveVideo" => Save(context, "images", ".mp4", [Mp4], isAnimated: true),
            "SaveAnimatedWEBP" when image is not null => Save(context, "images", ".webp", [WebpEncoder.Encode(image.Images[0])], isAnimated: true),
            "SaveGLB" => Save(context, "3d", ".glb", [Glb]),
            _ when image is not null => Save(context, "images", ".png", [.. image.Images.Select(i => PngEncoder.Encode(i))]),
            _ => null,
        };
    }

    private static JsonObject Save(NodeContext context, string key, string extension, byte[][] contents, bool isAnimated = false)
    {
        var prefix = context.Inputs.GetValueOrDefault("filename_prefix") is JsonValue given ? given.ToString() : null;
        var kind = prefix is null ? FileKind.Temp : FileKind.Output;
        var (subfolder, names) = context.Environment.FileNames.Next(kind, SaveNodes.CheckPrefix(prefix ?? context.TempPrefix), contents.Length, extension);
        for (var i = 0; i < contents.Length; i++)
            context.Environment.Files.Write(kind, FilePath.Combine(subfolder, names[i]), contents[i]);
        var ui = new JsonObject { [key] = SaveNodes.References(kind, subfolder, names) };
        if (isAnimated)
            ui["animated"] = new JsonArray(true);
        return ui;
    }
}
