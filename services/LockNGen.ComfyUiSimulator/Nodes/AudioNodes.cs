using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Files;

namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>Audio output: a chord, saved as FLAC.</summary>
internal static class AudioNodes
{
    private static readonly double[] Chord = [220, 277.18, 329.63, 440];

    public static IEnumerable<NodeDefinition> Create()
    {
        yield return new NodeDefinition
        {
            ClassType = "EmptyAudio",
            DisplayName = "Empty Audio",
            Category = "audio",
            PythonModule = "comfy_extras.nodes_audio",
            Inputs =
            [
                InputSpec.Float("duration", 1, 0, 60, c => c["step"] = 0.01),
                InputSpec.Int("sample_rate", 44_100, 1, 48_000),
            ],
            Outputs = [new("AUDIO")],
            RunAsync = context => Task.FromResult(NodeResult.Of(PlayChord(context.Double("duration"), context.Int("sample_rate")))),
        };
        yield return new NodeDefinition
        {
            ClassType = "SaveAudio",
            DisplayName = "Save Audio (FLAC)",
            Category = "audio",
            PythonModule = "comfy_extras.nodes_audio",
            IsOutput = true,
            Inputs = [InputSpec.Link("audio", "AUDIO"), InputSpec.Text("filename_prefix", "audio/ComfyUI")],
            RunAsync = context =>
            {
                var audio = context.Get<AudioValue>("audio");
                var (subfolder, names) = context.Environment.FileNames.Next(
                    FileKind.Output, SaveNodes.CheckPrefix(context.Text("filename_prefix")), 1, ".flac");
                context.Environment.Files.Write(FileKind.Output, FilePath.Combine(subfolder, names[0]), FlacEncoder.Encode(audio));
                return Task.FromResult(NodeResult.Show(new JsonObject { ["audio"] = SaveNodes.References(FileKind.Output, subfolder, names) }));
            },
        };
    }

    private static AudioValue PlayChord(double seconds, int sampleRate)
    {
        var samples = new float[(int)(seconds * sampleRate)];
        for (var i = 0; i < samples.Length; i++)
        {
            var t = (double)i / sampleRate;
            samples[i] = (float)(Chord.Sum(f => Math.Sin(2 * Math.PI * f * t)) / Chord.Length * 0.5 * Math.Exp(-t));
        }

        return new AudioValue(samples, sampleRate);
    }
}
