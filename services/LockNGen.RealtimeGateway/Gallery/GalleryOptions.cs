namespace LockNGen.RealtimeGateway.Gallery;

/// <summary>The web page that the gateway serves. Section <c>Gallery</c>.</summary>
public sealed class GalleryOptions
{
    public const string Section = "Gallery";

    /// <summary>Folder of the built page. Default: <c>clients/gallery/dist</c> in a folder above, or <c>gallery</c> beside the program.</summary>
    public string? Path { get; set; }

    /// <summary>Where the page finds the GenerationApi. Default: its own origin.</summary>
    public string ApiUrl { get; set; } = "";

    /// <summary>Where the page finds this gateway. Default: its own origin.</summary>
    public string RealtimeUrl { get; set; } = "";

    /// <summary>The origin of the object storage to which <c>Storage:S3:Redirect</c> redirects the page for its pictures. Default none.</summary>
    public string MediaUrl { get; set; } = "";
}
