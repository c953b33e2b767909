using System.Collections.Frozen;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.Options;

namespace LockNGen.RealtimeGateway.Gallery;

/// <summary>The files of the built page. The build compresses them beside the originals (.br, .gz); nothing is compressed per request.</summary>
internal sealed class GalleryFiles
{
    private static readonly (string Encoding, string Suffix)[] Encodings = [("br", ".br"), ("gzip", ".gz")];

    private readonly FrozenDictionary<string, GalleryFile> _files;

    public GalleryFiles(IOptions<GalleryOptions> options, IHostEnvironment environment)
    {
        var folder = options.Value.Path is { Length: > 0 } path ? System.IO.Path.GetFullPath(path) : Find(environment.ContentRootPath) ?? Find(AppContext.BaseDirectory);
        _files = folder is null || !Directory.Exists(folder) ? FrozenDictionary<string, GalleryFile>.Empty : Read(folder);
    }

    public bool IsBuilt => _files.ContainsKey("/index.html");

    public GalleryFile? Find(PathString path) => _files.GetValueOrDefault(path.Value ?? "/");

    private static string? Find(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            string[] candidates = [System.IO.Path.Combine(folder.FullName, "gallery"), System.IO.Path.Combine(folder.FullName, "clients", "gallery", "dist")];
            if (candidates.FirstOrDefault(c => File.Exists(System.IO.Path.Combine(c, "index.html"))) is { } found)
                return found;
        }

        return null;
    }

    private static FrozenDictionary<string, GalleryFile> Read(string folder)
    {
        var types = new FileExtensionContentTypeProvider();
        var all = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToHashSet();
        return all
            .Where(f => !Encodings.Any(e => f.EndsWith(e.Suffix, StringComparison.Ordinal)))
            .ToFrozenDictionary(
                f => "/" + System.IO.Path.GetRelativePath(folder, f).Replace('\\', '/'),
                f => new GalleryFile(
                    f,
                    types.TryGetContentType(f, out var type) ? type : "application/octet-stream",
                    [.. Encodings.Where(e => all.Contains(f + e.Suffix))]));
    }
}

/// <summary>One file and its encodings, the smallest first.</summary>
internal sealed record GalleryFile(string Path, string ContentType, IReadOnlyList<(string Encoding, string Suffix)> Encodings);
