using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Files;
using LockNGen.ComfyUiSimulator.Pictures;

namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>The output of a live catalog's output node: a text, or a file of its kind.</summary>
internal static class LiveFiles
{
    public static JsonObject? Show(NodeContext context, string classType)
    {
        var image = context.Inputs.Values.OfType<ImageValue>().FirstOrDefault();
        return classType switch
        {
            "PreviewAny" => new JsonObject { ["text"] = new JsonArray(LiveValues.Describe(context)) },
            "SaveVideo" => Save(context, "images", ".mp4", [Sample("movie.mp4")], isAnimated: true),
            "SaveWEBM" => Save(context, "images", ".webm", [Sample("movie.webm")], isAnimated: true),
            "SaveAnimatedWEBP" => Save(context, "images", ".webp", [Sample("animation.webp")], isAnimated: true),
            "SaveGLB" => Save(context, "3d", ".glb", [Sample("model.glb")]),
            "SaveAudioMP3" => Save(context, "audio", ".mp3", [Sample("sound.mp3")]),
            "SaveAudioOpus" => Save(context, "audio", ".opus", [Sample("sound.opus")]),
            "SaveSVGNode" => Save(context, "images", ".svg", [Sample("drawing.svg")]),
            "SaveLatent" => Save(context, "latents", ".latent", [Sample("latent.latent")]),
            // Not a stock class, but some packs have it.
            "SaveAVIF" => Save(context, "images", ".avif", [Sample("picture.avif")]),
            _ when image is not null => Save(context, "images", ".png", [.. image.Images.Select(i => PngEncoder.Encode(i))]),
            _ => null,
        };
    }

    /// <summary>A small file written by a real encoder, with a workflow in its metadata as in ComfyUI.</summary>
    private static byte[] Sample(string name)
    {
        using var resource = typeof(LiveFiles).Assembly.GetManifestResourceStream(name)!;
        using var bytes = new MemoryStream();
        resource.CopyTo(bytes);
        return bytes.ToArray();
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
