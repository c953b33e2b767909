using System.Diagnostics;
using System.Text.RegularExpressions;

namespace LockNGen.Media.Tests;

/// <summary>A decoder and muxer that others wrote. Debian: <c>apt-get install ffmpeg</c>.</summary>
internal static partial class Ffmpeg
{
    private static readonly bool IsThere = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => File.Exists(Path.Combine(p, "ffmpeg")));

    public static void Require() => Assert.True(IsThere, "ffmpeg is missing: apt-get install ffmpeg");

    /// <summary>Hashes of all frames and samples of all streams. What the decoder complains of is in the answer as well.</summary>
    public static string Samples(byte[] file, string name) => InFolder(folder =>
    {
        var path = Path.Combine(folder, "file" + Path.GetExtension(name));
        File.WriteAllBytes(path, file);
        var (output, errors) = Run(["-v", "error", "-err_detect", "crccheck+bitstream+buffer", "-i", path, "-map", "0:v?", "-map", "0:a?", "-f", "framemd5", "-"]);
        // The headers name tools and lengths; frames are lines of numbers.
        return string.Join('\n', output.Split('\n').Where(l => !l.StartsWith('#'))) + Address().Replace(errors.Replace(folder, "", StringComparison.Ordinal), "");
    });

    /// <summary>The same streams, bit for bit, with metadata of the file and of each stream.</summary>
    public static byte[] WithMetadata(string fixture, IReadOnlyList<KeyValuePair<string, string>> tags) => InFolder(folder =>
    {
        var described = Path.Combine(folder, "tags.txt");
        var lines = tags.Select(t => $"{t.Key}={Escape(t.Value)}").ToArray();
        File.WriteAllLines(described, [";FFMETADATA1", .. lines, "[STREAM]", .. lines, "[CHAPTER]", "TIMEBASE=1/1000", "START=0", "END=100"]);
        var path = Path.Combine(folder, "tagged" + Path.GetExtension(fixture));
        var (_, errors) = Run(
            ["-v", "error", "-i", Path.Combine(AppContext.BaseDirectory, "Media", fixture), "-i", described, "-map", "0", "-c", "copy",
                "-map_metadata", "1", "-map_metadata:s:0", "1:g", "-map_chapters", "-1", .. Muxing(fixture), path]);
        return File.Exists(path) ? File.ReadAllBytes(path) : throw new InvalidOperationException(errors);
    });

    private static string[] Muxing(string fixture) => Path.GetExtension(fixture) switch
    {
        // Any key, as ComfyUI's nodes request from PyAV.
        ".mp4" or ".mov" or ".m4a" => ["-movflags", "use_metadata_tags"],
        ".weba" => ["-f", "webm"],
        _ => [],
    };

    private static string Escape(string value) =>
        string.Concat(value.Select(c => c is '=' or ';' or '#' or '\\' or '\n' ? $"\\{c}" : c.ToString()));

    private static T InFolder<T>(Func<string, T> use)
    {
        var folder = Directory.CreateTempSubdirectory("lockngen-media-").FullName;
        try
        {
            return use(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (string Output, string Errors) Run(IEnumerable<string> arguments)
    {
        using var ffmpeg = Process.Start(new ProcessStartInfo("ffmpeg", ["-nostdin", .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = ffmpeg.StandardError.ReadToEndAsync();
        var output = ffmpeg.StandardOutput.ReadToEnd();
        ffmpeg.WaitForExit();
        return (output, errors.GetAwaiter().GetResult());
    }

    // Messages begin with the address of their source in memory.
    [GeneratedRegex("@ 0x[0-9a-f]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address();
}
