namespace LockNGen.ComfyUiSimulator.Pictures;

/// <summary>The content of a picture: chosen by the prompt's words if they match, otherwise by prompt and seed.</summary>
internal sealed class Scene
{
    private static readonly (Subject Subject, string[] Words)[] SubjectWords =
    [
        (Subject.Lighthouse, ["lighthouse", "beacon", "coast", "harbor", "harbour"]),
        (Subject.Nebula, ["nebula", "galaxy", "space", "cosmos", "universe", "abstract", "stars"]),
        (Subject.City, ["city", "skyline", "cyberpunk", "street", "building", "tower", "robot"]),
        (Subject.Forest, ["forest", "tree", "pine", "wood", "fox", "deer", "jungle"]),
        (Subject.Castle, ["castle", "fortress", "knight", "dragon", "palace", "wizard"]),
        (Subject.Sea, ["sea", "ocean", "lake", "boat", "ship", "water", "beach", "island", "fish"]),
        (Subject.Dunes, ["desert", "dune", "mars", "sand", "camel"]),
        (Subject.Mountains, ["mountain", "alps", "valley", "hill", "landscape", "snow"]),
    ];

    private Scene(ulong key, Subject subject, Palette palette)
    {
        Key = key;
        Subject = subject;
        Palette = palette;
    }

    public ulong Key { get; }

    public Subject Subject { get; }

    public Palette Palette { get; }

    public static Scene Describe(string prompt, long seed)
    {
        var words = prompt.ToLowerInvariant().Split([' ', ',', '.', ';', '(', ')', ':', '\n'], StringSplitOptions.RemoveEmptyEntries);
        var key = Hash(prompt) ^ ((ulong)seed * 0x9E3779B97F4A7C15UL);
        var dice = new Noise(key);

        var subjects = SubjectWords.Where(s => Mentions(words, s.Words)).Select(s => s.Subject).ToArray();
        var subject = subjects.Length > 0
            ? subjects[0]
            : SubjectWords[(int)(dice.Hash(1, 0) * SubjectWords.Length)].Subject;
        var palettes = Palette.All.Where(p => Mentions(words, p.Words)).ToArray();
        var palette = palettes.Length > 0
            ? palettes[0]
            : Palette.All[(int)(dice.Hash(2, 0) * Palette.All.Length)];
        return new Scene(key, subject, palette);
    }

    private static bool Mentions(string[] prompt, string[] words) =>
        words.Any(w => prompt.Any(p => p == w || p == w + "s" || p == w + "y"));

    private static ulong Hash(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
            hash = (hash ^ c) * 1099511628211UL;
        return hash;
    }
}

/// <summary>The motif in the foreground.</summary>
internal enum Subject
{
    Mountains,
    Lighthouse,
    Sea,
    City,
    Forest,
    Castle,
    Dunes,
    Nebula,
}
