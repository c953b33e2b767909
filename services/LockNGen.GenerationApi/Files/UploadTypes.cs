using LockNGen.Contracts;
using LockNGen.Media.Types;

namespace LockNGen.GenerationApi.Files;

/// <summary>
/// The types of files that workflows may read. Excluded are types that may contain scripts (SVG, HTML, XML, PDF), because ComfyUI serves its
/// input folder to browsers, and unrecognized types.
/// </summary>
internal static class UploadTypes
{
    public const string Allowed =
        "pictures (PNG, JPEG, WebP, GIF, AVIF, HEIC, BMP, TIFF, JPEG XL, EXR), videos (MP4, MOV, WebM, MKV, AVI, OGV), sounds (WAV, MP3, FLAC, OGG, Opus, M4A, AAC, "
        + "AIFF), 3D models (GLB, glTF, OBJ, STL, PLY, FBX), latents and safetensors, plain text and JSON";

    public static bool Takes(MediaType type) =>
        type != MediaType.Svg
        && (type.Kind is GenerationResultKinds.Image or GenerationResultKinds.Video or GenerationResultKinds.Audio or GenerationResultKinds.Model
                or GenerationResultKinds.Latent or GenerationResultKinds.Text
            || type == MediaType.Safetensors);
}
