namespace LockNGen.EndToEndTests;

/// <summary>Words to a film, as ComfyUI's page saves it, with a reroute on the way and a note beside it.</summary>
internal static class Film
{
    public const string Editor = """
        {
          "last_node_id": 11, "last_link_id": 12, "version": 0.4, "config": {}, "extra": {}, "groups": [],
          "nodes": [
            {"id": 4, "type": "CheckpointLoaderSimple", "pos": [0, 0], "size": [300, 100], "mode": 0, "order": 0, "inputs": [],
             "outputs": [{"name": "MODEL", "type": "MODEL", "links": [1]}, {"name": "CLIP", "type": "CLIP", "links": [2, 3]}, {"name": "VAE", "type": "VAE", "links": [4]}],
             "widgets_values": ["dreamshaper_8.safetensors"]},
            {"id": 5, "type": "EmptyLatentImage", "pos": [0, 200], "size": [300, 100], "mode": 0, "order": 1, "inputs": [],
             "outputs": [{"name": "LATENT", "type": "LATENT", "links": [5]}], "widgets_values": [64, 64, 1]},
            {"id": 6, "type": "CLIPTextEncode", "pos": [400, 0], "size": [300, 100], "mode": 0, "order": 2, "inputs": [{"name": "clip", "type": "CLIP", "link": 2}],
             "outputs": [{"name": "CONDITIONING", "type": "CONDITIONING", "links": [6]}], "widgets_values": ["a lighthouse"]},
            {"id": 7, "type": "CLIPTextEncode", "pos": [400, 200], "size": [300, 100], "mode": 0, "order": 3, "inputs": [{"name": "clip", "type": "CLIP", "link": 3}],
             "outputs": [{"name": "CONDITIONING", "type": "CONDITIONING", "links": [7]}], "widgets_values": ["fog"]},
            {"id": 3, "type": "KSampler", "pos": [800, 0], "size": [300, 200], "mode": 0, "order": 4,
             "inputs": [{"name": "model", "type": "MODEL", "link": 1}, {"name": "positive", "type": "CONDITIONING", "link": 6}, {"name": "negative", "type": "CONDITIONING", "link": 7}, {"name": "latent_image", "type": "LATENT", "link": 5}],
             "outputs": [{"name": "LATENT", "type": "LATENT", "links": [8]}], "widgets_values": [7, "fixed", 2, 1, "euler", "normal", 1]},
            {"id": 10, "type": "Reroute", "pos": [1100, 100], "size": [75, 26], "mode": 0, "order": 5, "inputs": [{"name": "", "type": "*", "link": 8}],
             "outputs": [{"name": "", "type": "LATENT", "links": [9]}]},
            {"id": 8, "type": "VAEDecode", "pos": [1200, 0], "size": [200, 50], "mode": 0, "order": 6, "inputs": [{"name": "samples", "type": "LATENT", "link": 9}, {"name": "vae", "type": "VAE", "link": 4}],
             "outputs": [{"name": "IMAGE", "type": "IMAGE", "links": [10]}]},
            {"id": 9, "type": "CreateVideo", "pos": [1500, 0], "size": [200, 80], "mode": 0, "order": 7, "inputs": [{"name": "images", "type": "IMAGE", "link": 10}],
             "outputs": [{"name": "VIDEO", "type": "VIDEO", "links": [11]}], "widgets_values": [8]},
            {"id": 11, "type": "SaveVideo", "pos": [1800, 0], "size": [300, 100], "mode": 0, "order": 8, "inputs": [{"name": "video", "type": "VIDEO", "link": 11}],
             "outputs": [], "widgets_values": ["video/film"]},
            {"id": 2, "type": "Note", "pos": [0, 400], "size": [200, 100], "mode": 0, "order": 9, "inputs": [], "outputs": [], "widgets_values": ["Mind the gap."]}
          ],
          "links": [[1, 4, 0, 3, 0, "MODEL"], [2, 4, 1, 6, 0, "CLIP"], [3, 4, 1, 7, 0, "CLIP"], [4, 4, 2, 8, 1, "VAE"], [5, 5, 0, 3, 3, "LATENT"],
            [6, 6, 0, 3, 1, "CONDITIONING"], [7, 7, 0, 3, 2, "CONDITIONING"], [8, 3, 0, 10, 0, "LATENT"], [9, 10, 0, 8, 0, "LATENT"], [10, 8, 0, 9, 0, "IMAGE"], [11, 9, 0, 11, 0, "VIDEO"]]
        }
        """;
}
