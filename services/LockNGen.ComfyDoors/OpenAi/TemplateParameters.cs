using System.Text.Json.Nodes;
using LockNGen.ComfyDoors.Api;

namespace LockNGen.ComfyDoors.OpenAi;

/// <summary>
/// Maps a request to the parameters of a template, by name: prompt, width and height, quality or steps, image and mask. What a template
/// does not have is left out.
/// </summary>
internal static class TemplateParameters
{
    /// <summary>The template with a model's name; without a name, the first that fits.</summary>
    public static Template? Find(TemplateList templates, string? model, bool hasImage, bool hasMask) => model is not null
        ? templates.Templates.FirstOrDefault(t => t.Name == model)
        : templates.Templates.Where(t => Has(t, "prompt") && Has(t, "image") == hasImage && (!hasMask || Has(t, "mask"))
                && t.Parameters.Where(p => p.Required).All(p => p.Name == "prompt" || (p.Name == "image" && hasImage) || (p.Name == "mask" && hasMask)))
            .OrderByDescending(t => t.Name is "txt2img" or "img2img").FirstOrDefault();

    public static bool Has(Template template, string name) => template.Parameters.Any(p => p.Name == name);

    public static JsonObject Fill(Template template, ImageRequest request, string? image, string? mask)
    {
        var values = new JsonObject();
        Set("prompt", request.Prompt);
        if (request.Size is { } size)
        {
            Set("width", size.Width);
            Set("height", size.Height);
        }

        if (template.Parameters.FirstOrDefault(p => p.Name == "quality") is { Choices: { } choices } && choices.Contains(request.Quality))
            Set("quality", request.Quality);
        else if (template.Parameters.FirstOrDefault(p => p.Name == "steps") is { Default: { } usual } steps && Factor(request.Quality) is { } factor && usual.TryGetDecimal(out var number))
            Set("steps", (int)Math.Clamp(Math.Round(number * factor), steps.Min ?? 1, steps.Max ?? int.MaxValue));
        if (image is not null)
            Set("image", image);
        if (mask is not null)
            Set("mask", mask);
        return values;

        void Set(string name, JsonNode value)
        {
            if (Has(template, name))
                values[name] = value;
        }
    }

    /// <summary>Low quality takes half of the steps, high quality half as many again.</summary>
    private static decimal? Factor(string quality) => quality switch
    {
        "low" => 0.5m,
        "high" or "hd" => 1.5m,
        _ => null,
    };
}
