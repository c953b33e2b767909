namespace LockNGen.ComfyUiSimulator.Pictures;

/// <summary>The colours of one kind of light, and the prompt words that select it.</summary>
internal sealed record Palette(string[] Words, Color Zenith, Color Sky, Color Horizon, Color Light, Color Far, Color Near, float Darkness)
{
    public static Palette[] All { get; } =
    [
        Create(["dusk", "sunset", "evening", "golden", "orange"], 0x2B1B4D, 0xB0447A, 0xFFB36B, 0xFFF1C9, 0x8E4A7A, 0x1D1230, 0.35f),
        Create(["night", "midnight", "moon", "star", "dark"], 0x050A1F, 0x12275A, 0x35588F, 0xF4F6FF, 0x223B6B, 0x050A18, 1f),
        Create(["dawn", "morning", "sunrise", "pastel", "spring"], 0x6C8FCB, 0xE6B9C8, 0xFFE0B8, 0xFFF8E6, 0xA58FB8, 0x3A3350, 0f),
        Create(["day", "summer", "blue", "sunny", "clear"], 0x2E6FC4, 0x7DB9EA, 0xD9EEF6, 0xFFFFF2, 0x7FA3C0, 0x1F3B3A, 0f),
        Create(["storm", "rain", "grey", "gray", "fog", "mist", "winter", "snow"], 0x39434F, 0x74828E, 0xC3CBD0, 0xF2F5F6, 0x8B98A1, 0x20272D, 0.1f),
        Create(["aurora", "northern", "ice", "arctic", "green", "magic"], 0x040E26, 0x0C3B4F, 0x2F8F7A, 0xD9FFEF, 0x17475A, 0x04101C, 0.9f),
        Create(["desert", "mars", "red", "autumn", "fire", "lava", "dragon"], 0x47160F, 0xB64B2A, 0xF6B26B, 0xFFF0CF, 0xA5482D, 0x2A0D0A, 0.2f),
        Create(["neon", "cyberpunk", "city", "synthwave", "purple", "future", "robot"], 0x0B0626, 0x4A1478, 0xF0407E, 0xFFD1F2, 0x42166E, 0x090418, 0.8f),
    ];

    private static Palette Create(string[] words, int zenith, int sky, int horizon, int light, int far, int near, float darkness) => new(
        words, Color.FromHex(zenith), Color.FromHex(sky), Color.FromHex(horizon), Color.FromHex(light), Color.FromHex(far), Color.FromHex(near), darkness);
}
