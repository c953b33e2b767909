namespace LockNGen.ComfyUiSimulator.Pictures;

/// <summary>The foreground motif, as dark shapes with lights in them.</summary>
internal sealed class Silhouette(Subject subject, Noise noise, float horizon)
{
    private readonly float _x = 0.25f + (0.5f * noise.Hash(7, 1));

    public Color Draw(Color behind, float u, float v, float aspect, Palette palette)
    {
        var x = (u - _x) * aspect;
        return subject switch
        {
            Subject.Lighthouse => Lighthouse(behind, x, v, palette),
            Subject.Sea => Boat(behind, x, v, palette),
            Subject.City => City(behind, u * aspect, v, palette),
            Subject.Forest => Forest(behind, u * aspect, v, palette),
            Subject.Castle => Castle(behind, x, v, palette),
            _ => behind,
        };
    }

    private Color Lighthouse(Color behind, float x, float v, Palette palette)
    {
        var bottom = horizon + 0.06f;
        var top = bottom - 0.44f;
        var lamp = top - 0.02f;
        var color = behind;

        var dx = x;
        var dy = v - lamp;
        var beam = MathF.Exp(-MathF.Abs(dy + (dx * 0.12f)) * 60 / (0.25f + MathF.Abs(dx))) * MathF.Exp(-MathF.Abs(dx) * 1.6f);
        color += palette.Light * (0.5f * beam * (0.3f + palette.Darkness));
        color += palette.Light * (0.9f * MathF.Exp(-((dx * dx) + (dy * dy)) * 900));

        var rock = bottom - (0.05f * noise.Fractal((x * 9) + 4, 2, 4)) + (MathF.Abs(x) * 0.28f);
        if (v > rock)
            return Color.Mix(palette.Near, palette.Far, 0.15f * noise.At(x * 40, v * 40));

        var along = (v - top) / (bottom - top);
        var halfWidth = 0.026f + (0.022f * along);
        if (along is >= 0 and <= 1 && MathF.Abs(x) < halfWidth)
        {
            var band = (int)(along * 6) % 2 == 0;
            var side = 0.55f + (0.45f * (1 - ((x / halfWidth) + 1) / 2));
            return (band ? Color.FromHex(0xE8E4DC) : Color.FromHex(0xB23A3A)) * (side * (0.75f - (0.35f * palette.Darkness)));
        }

        if (v > top - 0.012f && v < top && MathF.Abs(x) < 0.036f)
            return palette.Near;
        if (v > top - 0.045f && v <= top - 0.012f && MathF.Abs(x) < 0.018f)
            return Color.Mix(palette.Light, Color.FromHex(0xFFF3B0), 0.5f);
        return v > top - 0.075f && v <= top - 0.045f && MathF.Abs(x) < 0.024f * ((v - top + 0.075f) / 0.03f) ? palette.Near : color;
    }

    private Color Boat(Color behind, float x, float v, Palette palette)
    {
        var water = horizon + 0.1f;
        var hull = v > water - 0.03f && v < water + 0.012f && MathF.Abs(x) < 0.1f - ((v - water + 0.03f) * 0.9f);
        var mainSail = v < water - 0.04f && v > water - 0.26f && x > 0.004f && x < (v - water + 0.26f) * 0.42f;
        var foreSail = v < water - 0.04f && v > water - 0.2f && x < -0.004f && x > -(v - water + 0.2f) * 0.36f;
        var mast = MathF.Abs(x) < 0.003f && v > water - 0.28f && v < water;
        if (hull || mast)
            return palette.Near;
        return mainSail || foreSail ? Color.Mix(palette.Light, palette.Horizon, 0.35f + (0.3f * MathF.Abs(x) * 10)) : behind;
    }

    private Color City(Color behind, float x, float v, Palette palette)
    {
        var color = behind;
        for (var layer = 0; layer < 3; layer++)
        {
            var width = 0.05f + (0.03f * layer);
            var column = (int)MathF.Floor((x / width) + (layer * 0.37f));
            var height = 0.16f + (0.42f * noise.Hash(column, 50 + layer)) - (layer * 0.07f);
            var roof = 0.98f - height;
            if (v < roof)
                continue;
            color = Color.Mix(palette.Far, palette.Near, 0.35f + (layer * 0.3f));
            color = Color.Mix(color, palette.Horizon, 0.25f * (1 - ((v - roof) / height)) * (1 - (layer * 0.4f)));
            var windowX = (int)MathF.Floor(x * 150);
            var windowY = (int)MathF.Floor(v * 95);
            var inPane = ((x * 150) - windowX) is > 0.25f and < 0.8f && ((v * 95) - windowY) is > 0.3f and < 0.8f;
            if (inPane && noise.Hash(windowX + (layer * 777), windowY) > 0.72f)
                color = Color.Mix(color, noise.Hash(windowX, windowY + 99) > 0.8f ? palette.Horizon : palette.Light, 0.8f);
        }

        return color;
    }

    private Color Forest(Color behind, float x, float v, Palette palette)
    {
        var color = behind;
        for (var layer = 0; layer < 3; layer++)
        {
            var spacing = 0.055f + (0.035f * layer);
            var ground = 0.8f + (layer * 0.09f);
            var index = (int)MathF.Floor(x / spacing);
            for (var i = index - 1; i <= index + 1; i++)
            {
                var center = (i + 0.5f + (0.5f * (noise.Hash(i, 60 + layer) - 0.5f))) * spacing;
                var size = (0.2f + (0.2f * noise.Hash(i, 70 + layer))) * (0.75f + (layer * 0.35f));
                var along = (v - (ground - size)) / size;
                var tier = along - (MathF.Floor(along * 7) / 7);
                if (along is > 0 and < 1.2f && MathF.Abs(x - center) < spacing * (0.02f + (along * 0.62f)) * (0.6f + (tier * 2.6f)))
                    color = Color.Mix(palette.Far, palette.Near, 0.4f + (layer * 0.3f));
            }

            if (v > ground)
                color = Color.Mix(palette.Far, palette.Near, 0.45f + (layer * 0.27f));
        }

        return color;
    }

    private Color Castle(Color behind, float x, float v, Palette palette)
    {
        var hill = 0.7f + (x * x * 1.1f);
        if (v > hill)
            return Color.Mix(palette.Near, palette.Far, 0.12f * noise.At(x * 30, v * 30));
        for (var i = -2; i <= 2; i++)
        {
            var center = i * 0.085f;
            var width = i == 0 ? 0.045f : 0.028f + (0.01f * noise.Hash(i, 80));
            var height = (i == 0 ? 0.4f : 0.2f) + (0.1f * noise.Hash(i, 81));
            var top = 0.74f - height;
            if (v > top && MathF.Abs(x - center) < width)
            {
                var isWindow = MathF.Abs(x - center) < 0.006f && MathF.Abs(v - top - 0.06f) < 0.016f;
                return isWindow ? Color.Mix(palette.Light, Color.FromHex(0xFFD27A), 0.5f) : palette.Near;
            }

            var roof = (v - (top - (width * 2.6f))) / (width * 2.6f);
            if (roof is > 0 and <= 1 && MathF.Abs(x - center) < width * 1.25f * roof)
                return Color.Mix(palette.Near, palette.Far, 0.3f);
        }

        var isWall = v > 0.62f && MathF.Abs(x) < 0.19f && (v > 0.635f || MathF.Sin(x * 220) > 0);
        return isWall ? palette.Near : behind;
    }
}
