namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>
/// Videos, audio, 3D models, drawings and latents as outputs: small files written by real encoders (<see cref="LiveFiles"/>), regardless of
/// the inputs. Two lab nodes replace those that would need a model to make a mesh or a drawing.
/// </summary>
internal static class MediaNodes
{
    public static IEnumerable<NodeDefinition> Create()
    {
        yield return Make("CreateVideo", "comfy_extras.nodes_video", [InputSpec.Link("images", "IMAGE"), InputSpec.Float("fps", 30, 1, 120)], "VIDEO");
        yield return Make("LabMesh", "custom_nodes.lab_nodes", [InputSpec.Int("seed", 0, 0, 2147483648)], "MESH");
        yield return Make("LabDrawing", "custom_nodes.lab_nodes", [InputSpec.Int("seed", 0, 0, 2147483648)], "SVG");
        yield return Save("SaveVideo", "comfy_extras.nodes_video", "video", "VIDEO", "video/ComfyUI");
        yield return Save("SaveWEBM", "comfy_extras.nodes_video", "images", "IMAGE", "ComfyUI");
        yield return Save("SaveAnimatedWEBP", "comfy_extras.nodes_images", "images", "IMAGE", "ComfyUI");
        yield return Save("SaveGLB", "comfy_extras.nodes_hunyuan3d", "mesh", "MESH", "mesh/ComfyUI");
        yield return Save("SaveAudioMP3", "comfy_extras.nodes_audio", "audio", "AUDIO", "audio/ComfyUI");
        yield return Save("SaveAudioOpus", "comfy_extras.nodes_audio", "audio", "AUDIO", "audio/ComfyUI");
        yield return Save("SaveSVGNode", "comfy_extras.nodes_images", "svg", "SVG", "svg/ComfyUI");
        yield return Save("SaveLatent", "nodes", "samples", "LATENT", "latents/ComfyUI");
        yield return Save("SaveAVIF", "custom_nodes.lab_nodes", "images", "IMAGE", "ComfyUI");
    }

    private static NodeDefinition Make(string classType, string module, InputSpec[] inputs, string output) => new()
    {
        ClassType = classType,
        Category = "media",
        PythonModule = module,
        Inputs = inputs,
        Outputs = [new(output)],
        RunAsync = context => Task.FromResult(new NodeResult(LiveValues.Of(context, [new(output)]))),
    };

    private static NodeDefinition Save(string classType, string module, string input, string type, string prefix) => new()
    {
        ClassType = classType,
        Category = "media",
        PythonModule = module,
        IsOutput = true,
        Inputs = [InputSpec.Link(input, type), InputSpec.Text("filename_prefix", prefix)],
        RunAsync = context => Task.FromResult(new NodeResult([], LiveFiles.Show(context, classType))),
    };
}
