using System.Text;
using LockNGen.Contracts;

namespace LockNGen.GenerationApi.Images;

/// <summary>Which kind of result a stored file is.</summary>
internal static class ResultKind
{
    /// <summary>The type of a text that a node returned.</summary>
    public const string TextType = "text/plain; charset=utf-8";

    private static readonly string[] Models = [".glb", ".gltf", ".obj", ".stl", ".ply", ".fbx", ".usdz", ".splat", ".spz", ".ksplat"];

    public static string Of(string contentType, string? filename) => contentType switch
    {
        _ when contentType.StartsWith("image/", StringComparison.Ordinal) => GenerationResultKinds.Image,
        _ when contentType.StartsWith("video/", StringComparison.Ordinal) => GenerationResultKinds.Video,
        _ when contentType.StartsWith("audio/", StringComparison.Ordinal) => GenerationResultKinds.Audio,
        _ when contentType.StartsWith("model/", StringComparison.Ordinal) => GenerationResultKinds.Model,
        _ when contentType.StartsWith("text/plain", StringComparison.Ordinal) => GenerationResultKinds.Text,
        _ => Path.GetExtension(filename)?.ToLowerInvariant() switch
        {
            ".latent" => GenerationResultKinds.Latent,
            { } extension when Models.Contains(extension) => GenerationResultKinds.Model,
            _ => GenerationResultKinds.File,
        },
    };

    /// <summary>The beginning of a text, as much as events carry.</summary>
    public static string Inline(ReadOnlySpan<byte> head)
    {
        // Neither PostgreSQL nor JSON readers everywhere take U+0000.
        var text = Encoding.UTF8.GetString(head).Replace('\0', '\uFFFD');
        if (text.Length <= GenerationImage.MaxInlineText)
            return text;
        return text[..(GenerationImage.MaxInlineText - (char.IsHighSurrogate(text[GenerationImage.MaxInlineText - 1]) ? 1 : 0))];
    }
}
