using System.ComponentModel.DataAnnotations;

namespace LockNGen.ComfyUiWatcher.Options;

/// <summary>ComfyUI servers behind one DNS name: each of its addresses is an instance, named <c>{Host}/{address}</c>.</summary>
public sealed class ComfyUiDiscoveryOptions : ComfyUiAccessOptions
{
    /// <summary>The name to resolve, for example <c>comfyui.gpu.svc.cluster.local</c>.</summary>
    [Required]
    public string Host { get; set; } = "";

    /// <summary>The port of every server. Default 8188.</summary>
    [Range(1, 65535)]
    public int Port { get; set; } = 8188;

    /// <summary>How often the name is resolved again. Default 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc cref="ComfyUiInstanceOptions.Capacity"/>
    [Range(1, 100)]
    public int Capacity { get; set; } = 1;

    /// <inheritdoc cref="ComfyUiInstanceOptions.Labels"/>
    public IDictionary<string, string> Labels { get; } = new Dictionary<string, string>();
}
