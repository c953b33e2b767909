using System.Runtime.InteropServices;

namespace LockNGen.ComfyUiSimulator.Pictures;

/// <summary>Red, green and blue from 0 to 1.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Color(float R, float G, float B)
{
    public static Color FromHex(int rgb) => new(((rgb >> 16) & 255) / 255f, ((rgb >> 8) & 255) / 255f, (rgb & 255) / 255f);

    public static Color Mix(Color a, Color b, float amount)
    {
        var t = Math.Clamp(amount, 0f, 1f);
        return new Color(a.R + ((b.R - a.R) * t), a.G + ((b.G - a.G) * t), a.B + ((b.B - a.B) * t));
    }

    public static Color operator +(Color a, Color b) => new(a.R + b.R, a.G + b.G, a.B + b.B);

    public static Color operator *(Color a, float factor) => new(a.R * factor, a.G * factor, a.B * factor);
}
