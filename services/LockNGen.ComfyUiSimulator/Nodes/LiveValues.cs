using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.ComfyUiSimulator.Pictures;

namespace LockNGen.ComfyUiSimulator.Nodes;

/// <summary>The values that a live catalog's node returns: the first input that fits a slot, or something of the slot's type.</summary>
internal static class LiveValues
{
    private const int DefaultSize = 64;

    public static object?[] Of(NodeContext context, OutputSlot[] slots) => [.. slots.Select(s => Of(context, s.Type))];

    private static object? Of(NodeContext context, string type)
    {
        var given = context.Inputs.Values;
        return type switch
        {
            "IMAGE" => First<ImageValue>() ?? new ImageValue([Paint(context)]),
            "LATENT" => First<LatentValue>() ?? new LatentValue(Size("width"), Size("height"), [new LatentPicture(null, null, 1)]),
            "MASK" => First<MaskValue>() ?? new MaskValue(1, 1, [1]),
            "MODEL" => First<ModelValue>() ?? new ModelValue(Describe(context), context.Environment.Options.StepMilliseconds),
            "CLIP" => First<ClipValue>() ?? new ClipValue(Describe(context)),
            "VAE" => First<VaeValue>() ?? new VaeValue(Describe(context)),
            "AUDIO" => First<AudioValue>() ?? new AudioValue(new float[800], 8000),
            "CONDITIONING" => First<ConditioningValue>() ?? new ConditioningValue(Describe(context)),
            "NOISE" => First<NoiseValue>() ?? new NoiseValue(Has("noise_seed") ? context.Seed("noise_seed") : 0),
            "GUIDER" => First<GuiderValue>() ?? new GuiderValue(
                First<ModelValue>() ?? new ModelValue(Describe(context), context.Environment.Options.StepMilliseconds),
                context.Find<ConditioningValue>("positive") ?? First<ConditioningValue>() ?? new ConditioningValue("")),
            "SIGMAS" => First<SigmasValue>() ?? new SigmasValue(Has("steps") ? Math.Clamp(context.Int("steps"), 0, 10_000) : 1, Has("denoise") ? (float)context.Double("denoise") : 1),
            "INT" or "FLOAT" => given.OfType<JsonValue>().FirstOrDefault(v => v.GetValueKind() == JsonValueKind.Number) ?? JsonValue.Create(0),
            "STRING" => JsonValue.Create(Describe(context)),
            "BOOLEAN" => given.OfType<JsonValue>().FirstOrDefault(v => v.GetValueKind() is JsonValueKind.True or JsonValueKind.False) ?? JsonValue.Create(false),
            "VIDEO" => First<ImageValue>() ?? new ImageValue([Paint(context)]),
            _ => given.FirstOrDefault(v => v is not JsonNode) ?? given.FirstOrDefault(v => v is not null) ?? JsonValue.Create(type),
        };

        T? First<T>()
            where T : class => given.OfType<T>().FirstOrDefault();

        bool Has(string name) => context.Inputs.GetValueOrDefault(name) is JsonValue value && value.GetValueKind() == JsonValueKind.Number;

        int Size(string name) => Has(name) ? Math.Clamp(context.Int(name), 1, 4096) : DefaultSize;
    }

    /// <summary>The node's text inputs, joined.</summary>
    public static string Describe(NodeContext context) => string.Join(' ', context.Inputs.Values.Select(v => v switch
    {
        JsonValue value => value.ToString(),
        ConditioningValue text => text.Text,
        _ => null,
    }).Where(t => !string.IsNullOrEmpty(t)));

    private static Bitmap Paint(NodeContext context) => ScenePainter.Paint(Scene.Describe(Describe(context), 1), DefaultSize, DefaultSize);
}
