namespace LockNGen.Contracts;

/// <summary>The values of <see cref="GenerationImage.Kind"/>. Readers show an unknown one like <see cref="File"/>.</summary>
public static class GenerationResultKinds
{
    /// <summary>A picture, also an animated one: PNG, JPEG, WebP, GIF, AVIF, SVG ...</summary>
    public const string Image = "image";

    /// <summary>A video: MP4, WebM, MOV, MKV ...</summary>
    public const string Video = "video";

    /// <summary>Sound: FLAC, MP3, Opus, WAV, M4A ...</summary>
    public const string Audio = "audio";

    /// <summary>A 3D model: GLB, glTF, OBJ, STL, PLY ...</summary>
    public const string Model = "model";

    /// <summary>Text; see <see cref="GenerationImage.Text"/>.</summary>
    public const string Text = "text";

    /// <summary>A latent that ComfyUI can load again.</summary>
    public const string Latent = "latent";

    /// <summary>Anything else.</summary>
    public const string File = "file";
}
