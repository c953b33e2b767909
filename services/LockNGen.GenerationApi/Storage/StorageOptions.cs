using System.ComponentModel.DataAnnotations;

namespace LockNGen.GenerationApi.Storage;

/// <summary>Where rows and files are kept. Section <c>Storage</c>.</summary>
public sealed class StorageOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Storage";

    /// <summary>
    /// From <c>ConnectionStrings__generations</c>: "Data Source=FILE" (SQLite, one process) or "Host=..." (PostgreSQL, any number of
    /// replicas). Default: generations.db under <see cref="DataPath"/>.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>The directory of images and uploads, unless <see cref="S3Options.Bucket"/> is set; replicas share it. Default <c>./data</c>.</summary>
    [Required]
    public string DataPath { get; set; } = "data";

    /// <summary>How long an ended generation stays in the history. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "36500.00:00:00")]
    public TimeSpan KeepHistory { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long its image files are kept; at most as long as <see cref="KeepHistory"/>. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "36500.00:00:00")]
    public TimeSpan KeepImages { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long an uploaded file is kept after its last use. Default 7 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "36500.00:00:00")]
    public TimeSpan KeepUploads { get; set; } = TimeSpan.FromDays(7);

    /// <summary>The largest file that a client may upload, in bytes. Default 50 MiB.</summary>
    [Range(1024, 1L << 32)]
    public long MaxUploadBytes { get; set; } = 50L << 20;

    /// <summary>How much one owner's uploads may take up, in bytes; 0 = no limit. Callers without an owner count as one. Default 2 GiB.</summary>
    [Range(0, long.MaxValue)]
    public long UploadQuota { get; set; } = 2L << 30;

    /// <summary>
    /// With less free space than this on the disk of <see cref="DataPath"/>, in bytes, uploads are refused so that results can still be stored; 0 = never
    /// refuse. Default 256 MiB.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long MinFreeBytes { get; set; } = 256L << 20;

    /// <summary>The largest file that a watcher may deliver (videos), in bytes. Default 1 GiB.</summary>
    [Range(1024, 1L << 36)]
    public long MaxImageBytes { get; set; } = 1L << 30;
}
