using System.ComponentModel.DataAnnotations;

namespace LockNGen.GenerationApi.Limits;

/// <summary>How much one client may ask for. Section <c>Limits</c>; off unless configured.</summary>
public sealed class LimitOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Limits";

    private const int PublicSubmissionsPerMinute = 10;
    private const int PublicImagesPerHour = 100;

    /// <summary>
    /// Whether this installation is open to strangers: then limits that are not set are 10 submissions a minute and 100 images an hour.
    /// Default false.
    /// </summary>
    public bool Public { get; set; }

    /// <summary>Submissions a minute of one client; 0 (default) = no limit, or that of <see cref="Public"/>.</summary>
    [Range(0, 1_000_000)]
    public int SubmissionsPerMinute { get; set; }

    /// <summary>Images an hour of one client; 0 (default) = no limit, or that of <see cref="Public"/>.</summary>
    [Range(0, 100_000_000)]
    public int ImagesPerHour { get; set; }

    /// <summary>
    /// How much database space the submissions of one client may take up while they are in the history, in bytes; 0 = no limit.
    /// Default 1 GiB.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long StoredBytes { get; set; } = 1L << 30;

    /// <summary>Fills in the limits that <see cref="Public"/> implies.</summary>
    internal void Complete()
    {
        if (!Public)
            return;
        if (SubmissionsPerMinute == 0)
            SubmissionsPerMinute = PublicSubmissionsPerMinute;
        if (ImagesPerHour == 0)
            ImagesPerHour = PublicImagesPerHour;
    }
}
