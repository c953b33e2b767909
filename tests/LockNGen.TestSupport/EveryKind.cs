using System.Net;
using System.Text;
using System.Text.Json;

namespace LockNGen.TestSupport;

/// <summary>A workflow whose outputs are of every kind that ComfyUI's stock nodes and its packs save, made by the simulator from files that real encoders wrote.</summary>
public static class EveryKind
{
    /// <summary>In ComfyUI's API format. The word in all of its metadata is "lighthouse".</summary>
    public const string Workflow = """
        {
          "1": { "class_type": "LabColor", "inputs": { "seed": 7, "px": 256, "batch": 1 } },
          "2": { "class_type": "EmptyAudio", "inputs": { "duration": 1.0, "sample_rate": 44100 } },
          "3": { "class_type": "CreateVideo", "inputs": { "images": ["1", 0], "fps": 8.0 } },
          "4": { "class_type": "LabMesh", "inputs": { "seed": 1 } },
          "5": { "class_type": "LabDrawing", "inputs": { "seed": 1 } },
          "6": { "class_type": "EmptyLatentImage", "inputs": { "width": 64, "height": 64, "batch_size": 1 } },
          "11": { "class_type": "SaveImage", "inputs": { "images": ["1", 0], "filename_prefix": "kinds/picture" }, "_meta": { "title": "Picture" } },
          "12": { "class_type": "SaveAVIF", "inputs": { "images": ["1", 0], "filename_prefix": "kinds/small" }, "_meta": { "title": "AVIF" } },
          "13": { "class_type": "SaveAnimatedWEBP", "inputs": { "images": ["1", 0], "filename_prefix": "kinds/moving" }, "_meta": { "title": "Animation" } },
          "14": { "class_type": "SaveSVGNode", "inputs": { "svg": ["5", 0], "filename_prefix": "kinds/drawing" }, "_meta": { "title": "Drawing" } },
          "15": { "class_type": "SaveVideo", "inputs": { "video": ["3", 0], "filename_prefix": "kinds/film" }, "_meta": { "title": "Film" } },
          "16": { "class_type": "SaveWEBM", "inputs": { "images": ["1", 0], "filename_prefix": "kinds/web" }, "_meta": { "title": "Web film" } },
          "17": { "class_type": "SaveAudio", "inputs": { "audio": ["2", 0], "filename_prefix": "kinds/chord" }, "_meta": { "title": "Sound" } },
          "18": { "class_type": "SaveAudioMP3", "inputs": { "audio": ["2", 0], "filename_prefix": "kinds/tune" }, "_meta": { "title": "MP3" } },
          "19": { "class_type": "SaveAudioOpus", "inputs": { "audio": ["2", 0], "filename_prefix": "kinds/voice" }, "_meta": { "title": "Opus" } },
          "20": { "class_type": "SaveGLB", "inputs": { "mesh": ["4", 0], "filename_prefix": "kinds/model" }, "_meta": { "title": "Model" } },
          "21": { "class_type": "SaveLatent", "inputs": { "samples": ["6", 0], "filename_prefix": "kinds/noise" }, "_meta": { "title": "Latent" } },
          "22": { "class_type": "LabText", "inputs": { "text": "A harbour at night.", "to_client_only": false }, "_meta": { "title": "Caption" } }
        }
        """;

    /// <summary>Node, kind, content type and name of each result, in the order in which they come.</summary>
    public static IReadOnlyList<(string Node, string Kind, string ContentType, string Name)> Results { get; } =
    [
        ("11", "image", "image/png", "picture_00001_.png"),
        ("12", "image", "image/avif", "small_00001_.avif"),
        ("13", "image", "image/webp", "moving_00001_.webp"),
        ("14", "image", "image/svg+xml", "drawing_00001_.svg"),
        ("15", "video", "video/mp4", "film_00001_.mp4"),
        ("16", "video", "video/webm", "web_00001_.webm"),
        ("17", "audio", "audio/flac", "chord_00001_.flac"),
        ("18", "audio", "audio/mpeg", "tune_00001_.mp3"),
        ("19", "audio", "audio/ogg", "voice_00001_.opus"),
        ("20", "model", "model/gltf-binary", "model_00001_.glb"),
        ("21", "latent", "application/x-safetensors", "noise_00001_.latent"),
        ("22", "text", "text/plain; charset=utf-8", ""),
    ];

    /// <summary>Submits a workflow and returns the id.</summary>
    public static async Task<Guid> SubmitWorkflowAsync(this HttpClient api, string workflow)
    {
        using var body = new StringContent($$"""{"workflow":{{workflow}}}""", Encoding.UTF8, "application/json");
        using var response = await api.PostAsync("api/generations", body);
        var answer = await response.Content.ReadAsStringAsync();
        if (response.StatusCode != HttpStatusCode.Accepted)
            throw new InvalidOperationException($"Submit answered {(int)response.StatusCode}: {answer}");
        return JsonSerializer.Deserialize<JsonElement>(answer).GetProperty("id").GetGuid();
    }
}
