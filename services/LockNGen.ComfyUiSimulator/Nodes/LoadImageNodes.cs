using System.Security.Cryptography;
using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Files;
using LockNGen.ComfyUiSimulator.Pictures;

namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>LoadImage and LoadImageMask: uploaded pictures.</summary>
internal static class LoadImageNodes
{
    public static IEnumerable<NodeDefinition> Create(IFileStore files)
    {
        yield return new NodeDefinition
        {
            ClassType = "LoadImage",
            DisplayName = "Load Image",
            Category = "image",
            Inputs = [ImageInput(files)],
            Outputs = [new("IMAGE"), new("MASK")],
            Fingerprint = inputs => Hash(files, inputs),
            Validate = inputs => Check(files, inputs),
            RunAsync = context =>
            {
                var bitmap = Load(files, context.Text("image"));
                return Task.FromResult(NodeResult.Of(new ImageValue([bitmap]), ToMask(bitmap, "alpha")));
            },
        };
        yield return new NodeDefinition
        {
            ClassType = "LoadImageMask",
            DisplayName = "Load Image (as Mask)",
            Category = "mask",
            Inputs = [ImageInput(files), InputSpec.Choice("channel", ["alpha", "red", "green", "blue"])],
            Outputs = [new("MASK")],
            Fingerprint = inputs => Hash(files, inputs),
            Validate = inputs => Check(files, inputs),
            RunAsync = context => Task.FromResult(NodeResult.Of(ToMask(Load(files, context.Text("image")), context.Text("channel")))),
        };
    }

    private static InputSpec ImageInput(IFileStore files) => InputSpec.Choice(
        "image", () => [.. files.List(FileKind.Input).Where(f => !f.Contains('/', StringComparison.Ordinal)).Order(StringComparer.Ordinal)],
        more: c => c["image_upload"] = true);

    private static (string, string)? Check(IFileStore files, JsonObject inputs) =>
        inputs["image"] is JsonValue value && Read(files, value.ToString()) is null ? ("image", $"Invalid image file: {value}") : null;

    private static byte[]? Read(IFileStore files, string name)
    {
        var annotated = AnnotatedName.Parse(name);
        return FilePath.Normalize(annotated.Name) is { } path ? files.Read(annotated.Kind ?? FileKind.Input, path) : null;
    }

    private static string Hash(IFileStore files, JsonObject inputs) =>
        inputs["image"] is JsonValue value && Read(files, value.ToString()) is { } content ? Convert.ToHexString(SHA256.HashData(content)) : "missing";

    /// <summary>A file that cannot be decoded is replaced by a picture that depends on its bytes.</summary>
    private static Bitmap Load(IFileStore files, string name)
    {
        var content = Read(files, name) ?? [];
        return PictureCodec.TryDecode(content) ?? ScenePainter.Paint(Scene.Describe(name, content.Length), 512, 512);
    }

    /// <summary>Alpha is inverted: transparent parts are to be painted.</summary>
    private static MaskValue ToMask(Bitmap bitmap, string channel)
    {
        var values = new float[bitmap.Width * bitmap.Height];
        var offset = channel switch { "red" => 0, "green" => 1, "blue" => 2, _ => -1 };
        for (var i = 0; i < values.Length; i++)
            values[i] = offset >= 0 ? bitmap.Rgb[(i * 3) + offset] / 255f : 1 - ((bitmap.Alpha?[i] ?? 255) / 255f);
        return new MaskValue(bitmap.Width, bitmap.Height, values);
    }
}
