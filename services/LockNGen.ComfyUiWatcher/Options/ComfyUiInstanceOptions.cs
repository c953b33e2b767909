using System.ComponentModel.DataAnnotations;

namespace LockNGen.ComfyUiWatcher.Options;

/// <summary>One ComfyUI server.</summary>
public sealed class ComfyUiInstanceOptions : ComfyUiAccessOptions
{
    /// <summary>
    /// Its address, for example <c>http://gpu1:8188</c>; <c>ws://gpu1:8188/ws</c> works as well. A path (<c>https://gpu.example/comfy/</c>), a user
    /// (<c>https://user:password@gpu.example</c>, special characters percent-encoded) and a query (<c>?token=...</c>) are sent with every request; user and query are
    /// never shown.
    /// </summary>
    public string Url { get; set; } = "";

    /// <summary>Its name, the same in every watcher that lists it. Default: host and port of the address.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// Generations given to it at once. Default 1: ComfyUI renders one prompt after another, and the next generation arrives within
    /// milliseconds. 2 hides the upload of large files behind the next generation's rendering.
    /// </summary>
    [Range(1, 100)]
    public int Capacity { get; set; } = 1;

    /// <summary>
    /// The key that pays for this server's partner nodes (<c>api_key_comfy_org</c>), for generations that bring none. A secret: best set
    /// from the environment. Default: none.
    /// </summary>
    public string? PartnerKey { get; set; }

    /// <summary>Its properties, for generations that require something (<c>vram=24</c>).</summary>
    public IDictionary<string, string> Labels { get; } = new Dictionary<string, string>();

    /// <summary>Null when <see cref="Url"/> is not an address.</summary>
    internal ServerAddress? Address => ServerAddress.Parse(Url);

    internal string DisplayName => string.IsNullOrWhiteSpace(Name) ? Address?.Server.Authority ?? ServerAddress.WithoutSecrets(Url) : Name;
}
