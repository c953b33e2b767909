using System.Collections.Concurrent;
using System.Globalization;

namespace LockNGen.FaultTests.Rig;

/// <summary>
/// Everything recorded during a run, one file per author in the run's folder: what the rig did, and what each service printed.
/// Lines begin with the UTC time at which the rig had them, so the files of all authors merge into one timeline.
/// </summary>
internal sealed class Journal(string folder) : IAsyncDisposable
{
    private const string Rig = "rig";
    private const string TimeFormat = "HH:mm:ss.fff";

    /// <summary>How many characters of a line are its time.</summary>
    public static int TimeLength => TimeFormat.Length;

    private readonly ConcurrentDictionary<string, StreamWriter> _files = new();

    /// <summary>Where the files are.</summary>
    public string Folder { get; } = Directory.CreateDirectory(folder).FullName;

    /// <summary>When the run began.</summary>
    public DateTimeOffset Began { get; } = DateTimeOffset.UtcNow;

    /// <summary>Notes what the rig does; <paramref name="aloud"/>: on the console, too.</summary>
    public void Note(string what, bool aloud = false)
    {
        Write(Rig, what);
        if (aloud)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(DateTimeOffset.UtcNow - Began).TotalSeconds,7:F1} s  {what}"));
    }

    /// <summary>Notes a line of an author.</summary>
    public void Write(string author, string line)
    {
        var file = _files.GetOrAdd(author, name => new StreamWriter(Path.Combine(Folder, name + ".log")));
        lock (file)
            file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Time(DateTimeOffset.UtcNow)} {line}"));
    }

    /// <summary>The lines of all files that name this generation, each with its author.</summary>
    public async Task<IReadOnlyList<string>> LinesAboutAsync(Guid generation)
    {
        var id = generation.ToString();
        var lines = new List<string>();
        foreach (var (author, file) in _files)
        {
            lock (file)
                file.Flush();
            await foreach (var line in File.ReadLinesAsync(Path.Combine(Folder, author + ".log")))
            {
                if (line.Contains(id, StringComparison.Ordinal))
                    lines.Add($"{line[..TimeFormat.Length]} {author}: {line[(TimeFormat.Length + 1)..]}");
            }
        }

        return lines;
    }

    /// <summary>A time as the files write it.</summary>
    public static string Time(DateTimeOffset time) => time.ToString(TimeFormat, CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        foreach (var file in _files.Values)
            await file.DisposeAsync();
    }
}
