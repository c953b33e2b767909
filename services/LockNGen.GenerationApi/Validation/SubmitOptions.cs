using System.ComponentModel.DataAnnotations;

namespace LockNGen.GenerationApi.Validation;

/// <summary>What may be submitted. Section <c>Submit</c>.</summary>
public sealed class SubmitOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Submit";

    /// <summary>The largest <c>count</c>. Default 100.</summary>
    [Range(1, 10_000)]
    public int MaxCount { get; set; } = 100;

    /// <summary>The most nodes of a workflow. Default 2,000.</summary>
    [Range(1, 100_000)]
    public int MaxNodes { get; set; } = 2_000;

    /// <summary>The most steps of a sampler. Default 10,000, which is ComfyUI's own bound.</summary>
    [Range(1, 1_000_000)]
    public int MaxSteps { get; set; } = 10_000;

    /// <summary>The most pixels (width x height x batch) that a node may ask for. Default 64 million.</summary>
    [Range(1, long.MaxValue)]
    public long MaxPixels { get; set; } = 64_000_000;

    /// <summary>The largest <c>extraData</c> of a submission, in bytes. Default 1 MiB.</summary>
    [Range(0, 1L << 30)]
    public int MaxExtraDataBytes { get; set; } = 1 << 20;

    /// <summary>The most files that the inputs of a submission may contain as addresses, data URIs or base64. Default 16.</summary>
    [Range(0, 1_000)]
    public int MaxInputSources { get; set; } = 16;

    /// <summary>How long fetching an input from its address may take. Default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan FetchTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many inputs are fetched from addresses at once. Default 16.</summary>
    [Range(1, 1_000)]
    public int MaxFetches { get; set; } = 16;

    /// <summary>How many of them may belong to one owner. Default 4.</summary>
    [Range(1, 1_000)]
    public int MaxFetchesPerOwner { get; set; } = 4;

    /// <summary>
    /// Node classes that are allowed although <see cref="DeniedNodes"/> matches; <c>*</c> stands for any characters. Default: none.
    /// </summary>
    public IList<string> AllowedNodes { get; } = [];

    /// <summary>
    /// Node classes that are refused, in addition to the shipped list of those known to access files or addresses, or to run code
    /// (<see cref="NodePolicy"/>); <c>*</c> stands for any characters. Default: none.
    /// </summary>
    public IList<string> DeniedNodes { get; } = [];

    /// <summary>When not empty, only these node classes are accepted at all. Default: empty.</summary>
    public IList<string> OnlyNodes { get; } = [];
}
