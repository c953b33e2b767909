using System.Text.Json;

namespace LockNGen.GenerationApi.Submit;

/// <summary>The body of POST /api/generations: a workflow, or a template with parameters.</summary>
public sealed record SubmitRequest
{
    /// <summary>The id for the generation: a UUID that was never used. Default: the API generates one.</summary>
    public string? Id { get; init; }

    /// <summary>Name of a template (see /api/templates). Either this or <see cref="Workflow"/>.</summary>
    public string? Template { get; init; }

    /// <summary>A version of the template. Default: the newest.</summary>
    public int? TemplateVersion { get; init; }

    /// <summary>Values of the template's parameters.</summary>
    public Dictionary<string, JsonElement>? Parameters { get; init; }

    /// <summary>A ComfyUI workflow in API format.</summary>
    public JsonElement? Workflow { get; init; }

    /// <summary>How many times it is rendered, with consecutive seeds: 1-100. Default 1.</summary>
    public int? Count { get; init; }

    /// <summary><c>low</c>, <c>normal</c> (default) or <c>high</c>.</summary>
    public string? Priority { get; init; }

    /// <summary>The client's own data, an object; it is returned with the generation.</summary>
    public JsonElement? Metadata { get; init; }

    /// <summary>
    /// An object that goes into ComfyUI's <c>extra_data</c>, for nodes that read it: <c>extra_pnginfo</c> with the editor's workflow, for
    /// example. At most 1 MiB unless configured otherwise (Submit:MaxExtraDataBytes).
    /// </summary>
    public JsonElement? ExtraData { get; init; }

    /// <summary>
    /// The key that pays for ComfyUI's partner nodes (<c>api_key_comfy_org</c>). A secret: it is kept encrypted until the generation
    /// has ended, and appears in no response, event or log. It has to be given again when submitting again.
    /// </summary>
    public string? PartnerKey { get; init; }

    /// <summary>Labels that the instance must have (<c>required</c>) or should have (<c>preferred</c>).</summary>
    public LabelsRequest? Labels { get; init; }

    /// <summary>How long it may run, in seconds, 1 to 604,800. Default 600.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>How long it may wait to be started, in seconds, 1 to 604,800. Default 86,400.</summary>
    public int? QueueTimeoutSeconds { get; init; }

    /// <summary>
    /// Whether previews (ComfyUI's files of type <c>temp</c>) are results too if the workflow saves something; if it saves nothing they
    /// always are. Default false.
    /// </summary>
    public bool? IncludeTemp { get; init; }

    /// <summary>Called with the terminal event when the generation has ended: a public http or https address.</summary>
    public string? WebhookUrl { get; init; }

    /// <summary>Signs that call (Standard Webhooks): <c>whsec_</c> and the base64 of 24 to 64 bytes.</summary>
    public string? WebhookSecret { get; init; }

    /// <summary>For the doors (ComfyUI's own API and others): what they record about it. Inputs may then refer to the caller's files by their original names.</summary>
    public DoorRequest? Door { get; init; }
}

/// <summary>Labels of instances.</summary>
public sealed record LabelsRequest
{
    /// <summary>Labels without which an instance is not used, for example <c>{"vram":"24"}</c>.</summary>
    public Dictionary<string, string>? Required { get; init; }

    /// <summary>Labels that are preferred among the instances that are free.</summary>
    public Dictionary<string, string>? Preferred { get; init; }
}
