using LockNGen.ComfyUiSimulator.Pictures;
using LockNGen.ComfyUiSimulator.Sockets;

namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>
/// Previews as the latent2rgb previewer makes them: the first picture of the batch at an eighth of its size, still
/// covered by noise, scaled up or down to the preview size, JPEG of quality 95.
/// </summary>
internal sealed class LatentPreview
{
    private const int Quality = 95;
    private const int LatentScale = 8;
    private readonly Bitmap _final;
    private readonly Noise _noise;
    private readonly int _size;

    public LatentPreview(LatentValue latent, LatentPicture picture, int size, long seed)
    {
        _final = LatentDecoder.Decode(picture, Math.Max(1, latent.Width / LatentScale), Math.Max(1, latent.Height / LatentScale), latent.NoiseMask);
        _noise = new Noise(unchecked((ulong)seed));
        _size = size;
    }

    /// <summary>The preview at a point of the sampling.</summary>
    /// <param name="progress">0 is pure noise, 1 the picture.</param>
    public PreviewImage At(float progress)
    {
        var clear = Noise.Smooth(progress);
        var latent = new Bitmap(_final.Width, _final.Height);
        for (var y = 0; y < latent.Height; y++)
        {
            for (var x = 0; x < latent.Width; x++)
            {
                var noise = new Color(_noise.Hash(x, y), _noise.Hash(x + 5000, y), _noise.Hash(x, y + 5000));
                latent.Set(x, y, Color.Mix(noise, _final.Get(x, y), clear));
            }
        }

        var (width, height) = latent.FitTo(_size);
        return new PreviewImage(PictureCodec.EncodeJpeg(latent.Resize(width, height), Quality), IsPng: false);
    }
}
