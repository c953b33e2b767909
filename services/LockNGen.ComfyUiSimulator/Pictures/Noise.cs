namespace LockNGen.ComfyUiSimulator.Pictures;

/// <summary>Deterministic value noise: the same seed gives the same picture on every machine.</summary>
internal sealed class Noise(ulong seed)
{
    /// <summary>A number from 0 to 1 for a lattice point.</summary>
    public float Hash(int x, int y)
    {
        var h = seed ^ ((ulong)(uint)x * 0x9E3779B97F4A7C15UL) ^ ((ulong)(uint)y * 0xC2B2AE3D27D4EB4FUL);
        h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9UL;
        h = (h ^ (h >> 27)) * 0x94D049BB133111EBUL;
        return (uint)(h >> 40) / 16_777_216f;
    }

    /// <summary>Smooth noise from 0 to 1.</summary>
    public float At(float x, float y)
    {
        var ix = (int)MathF.Floor(x);
        var iy = (int)MathF.Floor(y);
        var fx = Smooth(x - ix);
        var fy = Smooth(y - iy);
        var top = Lerp(Hash(ix, iy), Hash(ix + 1, iy), fx);
        var bottom = Lerp(Hash(ix, iy + 1), Hash(ix + 1, iy + 1), fx);
        return Lerp(top, bottom, fy);
    }

    /// <summary>Several octaves of it, about 0 to 1.</summary>
    public float Fractal(float x, float y, int octaves)
    {
        var sum = 0f;
        var weight = 0.5f;
        var total = 0f;
        for (var i = 0; i < octaves; i++)
        {
            sum += weight * At(x, y);
            total += weight;
            weight *= 0.5f;
            (x, y) = ((x * 2.03f) + 17.1f, (y * 2.01f) + 5.3f);
        }

        return sum / total;
    }

    public static float Smooth(float t) => t * t * (3 - (2 * t));

    /// <summary>0 below <paramref name="from"/>, 1 above <paramref name="to"/>, smooth between; also falling when from is greater.</summary>
    public static float Step(float from, float to, float value) => Smooth(Math.Clamp((value - from) / (to - from), 0f, 1f));

    private static float Lerp(float a, float b, float t) => a + ((b - a) * t);
}
