namespace LockNGen.ComfyUiSimulator.Pictures;

/// <summary>Paints a <see cref="Scene"/> pixel by pixel: sky, light, clouds, ridges in the haze, water, and a silhouette in front.</summary>
internal sealed class ScenePainter
{
    private const int Ridges = 4;
    private readonly Scene _scene;
    private readonly Palette _palette;
    private readonly Noise _noise;
    private readonly Silhouette _silhouette;
    private readonly float _horizon;
    private readonly float _lightX;
    private readonly float _lightY;
    private readonly float _lightSize;
    private readonly bool _hasWater;

    private ScenePainter(Scene scene)
    {
        _scene = scene;
        _palette = scene.Palette;
        _noise = new Noise(scene.Key);
        _hasWater = scene.Subject is Subject.Sea or Subject.Lighthouse;
        _horizon = _hasWater ? 0.62f + (0.08f * _noise.Hash(3, 1)) : 0.72f;
        _lightX = 0.15f + (0.7f * _noise.Hash(4, 1));
        _lightY = _horizon - 0.08f - (0.35f * _noise.Hash(5, 1));
        _lightSize = 0.035f + (0.05f * _noise.Hash(6, 1));
        _silhouette = new Silhouette(scene.Subject, _noise, _horizon);
    }

    public static Bitmap Paint(Scene scene, int width, int height)
    {
        var painter = new ScenePainter(scene);
        var bitmap = new Bitmap(width, height);
        var aspect = (float)width / height;
        for (var y = 0; y < height; y++)
        {
            var v = (y + 0.5f) / height;
            for (var x = 0; x < width; x++)
                bitmap.Set(x, y, painter.At((x + 0.5f) / width, v, aspect));
        }

        return bitmap;
    }

    private Color At(float u, float v, float aspect)
    {
        if (_scene.Subject == Subject.Nebula)
            return Nebula(u * aspect, v);

        var color = _hasWater && v > _horizon ? Water(u, v, aspect) : Land(u, v, aspect);
        color = _silhouette.Draw(color, u, v, aspect, _palette);
        var vignette = 1 - (0.35f * (((u - 0.5f) * (u - 0.5f)) + ((v - 0.5f) * (v - 0.5f))));
        return color * vignette;
    }

    private Color Sky(float u, float v, float aspect)
    {
        var t = Math.Clamp(v / _horizon, 0, 1);
        var color = t < 0.55f
            ? Color.Mix(_palette.Zenith, _palette.Sky, t / 0.55f)
            : Color.Mix(_palette.Sky, _palette.Horizon, (t - 0.55f) / 0.45f);

        if (_palette.Darkness > 0.3f)
            color += Stars(u * aspect, v) * (_palette.Darkness * (1 - t));

        var dx = (u - _lightX) * aspect;
        var dy = v - _lightY;
        var distance = MathF.Sqrt((dx * dx) + (dy * dy));
        color += _palette.Light * (0.45f * MathF.Exp(-distance * 5.5f));
        color = Color.Mix(color, _palette.Light, Noise.Step(_lightSize, _lightSize * 0.93f, distance));

        var clouds = _noise.Fractal((u * aspect * 2.2f) + 9, (v * 6.5f) + 3, 5);
        var cover = Noise.Step(0.52f, 0.78f, clouds) * Noise.Step(0.02f, 0.25f, v);
        return Color.Mix(color, Color.Mix(_palette.Horizon, _palette.Light, 0.35f), cover * 0.55f);
    }

    private Color Stars(float x, float v)
    {
        const float density = 70;
        var cellX = (int)MathF.Floor(x * density);
        var cellY = (int)MathF.Floor(v * density);
        var brightness = _noise.Hash(cellX + 1000, cellY);
        if (brightness < 0.93f)
            return default;
        var dx = (x * density) - cellX - 0.2f - (0.6f * _noise.Hash(cellX, cellY + 2000));
        var dy = (v * density) - cellY - 0.2f - (0.6f * _noise.Hash(cellX, cellY + 3000));
        var glow = MathF.Exp(-((dx * dx) + (dy * dy)) * 40) * (brightness - 0.9f) * 9;
        return _palette.Light * glow;
    }

    private Color Land(float u, float v, float aspect)
    {
        var color = Sky(u, v, aspect);
        if (_hasWater)
            return FarShore(color, u, v, aspect);
        for (var i = 0; i < Ridges; i++)
        {
            var depth = (i + 1f) / Ridges;
            var height = RidgeHeight(i, u * aspect);
            if (v < height)
                continue;
            var shade = Color.Mix(_palette.Far, _palette.Near, depth * depth);
            var haze = Math.Clamp((v - height) * 2.4f, 0, 1) * (1 - depth) * 0.6f;
            color = Color.Mix(shade, _palette.Horizon, haze);
        }

        return color;
    }

    private float RidgeHeight(int index, float x)
    {
        var rough = _scene.Subject is Subject.Dunes ? 1 : 5;
        var steep = _scene.Subject is Subject.Mountains or Subject.Castle ? 0.34f : 0.2f;
        var frequency = 1.3f + (index * 0.7f);
        var profile = _noise.Fractal((x * frequency) + (index * 31.7f), index * 7.3f, rough);
        return _horizon - 0.12f + (index * 0.085f) - ((profile - 0.5f) * steep * (1 - (index * 0.12f)));
    }

    private Color FarShore(Color sky, float u, float v, float aspect)
    {
        var height = _horizon - 0.015f - (0.06f * Math.Max(0, _noise.Fractal((u * aspect * 2) + 50, 1, 4) - 0.4f));
        return v > height ? Color.Mix(_palette.Far, _palette.Horizon, 0.45f) : sky;
    }

    private Color Water(float u, float v, float aspect)
    {
        var depth = (v - _horizon) / (1 - _horizon);
        var ripple = _noise.Fractal(u * aspect * (6 + (10 * (1 - depth))), v * 90 * (1.2f - (depth * 0.8f)), 3) - 0.5f;
        var mirrored = Math.Clamp((_horizon * (1 - (depth * 0.95f))) + (ripple * 0.12f * (0.3f + depth)), 0, _horizon - 0.01f);
        var color = Color.Mix(Sky(u + (ripple * 0.03f), mirrored, aspect), _palette.Near, 0.25f + (0.4f * depth));
        var track = MathF.Exp(-MathF.Abs(u - _lightX) * aspect * (14 - (8 * depth)));
        return color + (_palette.Light * (track * Noise.Step(0.02f, 0.2f, ripple) * 0.8f));
    }

    private Color Nebula(float x, float v)
    {
        var warpX = _noise.Fractal((x * 2) + 3, (v * 2) + 8, 4);
        var warpY = _noise.Fractal((x * 2) + 30, (v * 2) + 80, 4);
        var gas = _noise.Fractal((x * 1.6f) + (warpX * 3), (v * 1.6f) + (warpY * 3), 5);
        var glow = _noise.Fractal((x * 3) - (warpY * 2), (v * 3) + (warpX * 2), 5);
        var color = Color.Mix(_palette.Zenith * 0.35f, _palette.Sky, Noise.Step(0.35f, 0.7f, gas));
        color = Color.Mix(color, _palette.Horizon, Noise.Step(0.5f, 0.78f, glow) * 0.9f);
        color += _palette.Light * (MathF.Pow(Noise.Step(0.55f, 0.85f, gas * glow * 2.1f), 2) * 0.8f);
        return color + Stars(x, v) + (Stars(x * 0.6f, v * 0.6f) * 1.6f);
    }
}
