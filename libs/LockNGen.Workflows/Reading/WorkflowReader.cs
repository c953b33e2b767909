using System.Text.Json;
using LockNGen.Media;
using LockNGen.Media.Embedded;
using LockNGen.Media.Types;
using LockNGen.Workflows.Catalog;
using LockNGen.Workflows.Conversion;
using LockNGen.Workflows.Editor;

namespace LockNGen.Workflows.Reading;

/// <summary>Reads a workflow in any form that users have: JSON of any kind, or a file in which ComfyUI stored it.</summary>
public static class WorkflowReader
{
    /// <summary>The history of ComfyUI has a prompt in a list in an object in an object.</summary>
    private const int Deepest = 5;

    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 128 };

    // The prompt that ran is exact; the editor's workflow has to be converted.
    private static readonly string[] Keys = ["prompt", "workflow", "comment", "description", ""];

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="InvalidWorkflowException">It has no workflow, or one that makes no sense.</exception>
    public static ReadWorkflow Read(ReadOnlySpan<byte> file, NodeDefinitions definitions)
    {
        if (JsonText.In(file) is { } text)
            return Read(Parse(text), definitions, null);
        var media = MediaFile.Recognize(file).Type;
        var texts = EmbeddedText.ReadAll(file);
        InvalidWorkflowException? problem = null;
        foreach (var embedded in Keys.SelectMany(k => texts.Where(t => string.Equals(Bare(t.Key), k, StringComparison.OrdinalIgnoreCase))))
        {
            if (embedded.Text.AsSpan().TrimStart() is not ['{', ..])
                continue;
            try
            {
                return Read(Parse(embedded.Text), definitions, media.ContentType);
            }
            catch (InvalidWorkflowException e)
            {
                problem ??= e;
            }
        }

        throw problem ?? new InvalidWorkflowException(Nothing(media, texts));
    }

    /// <summary>Reads JSON.</summary>
    /// <exception cref="InvalidWorkflowException">It has no workflow, or one that makes no sense.</exception>
    public static ReadWorkflow Read(JsonElement json, NodeDefinitions definitions) => Read(json, definitions, null);

    private static ReadWorkflow Read(JsonElement json, NodeDefinitions definitions, string? container) =>
        Find(json, definitions, container, 0)
        ?? throw new InvalidWorkflowException("This is JSON, but not a workflow: it has neither nodes with a class_type by their ids, nor the editor's lists of nodes and links.");

    private static ReadWorkflow? Find(JsonElement json, NodeDefinitions definitions, string? container, int depth)
    {
        if (ApiFormat.IsOne(json))
            return new(MissingFields.Fill(ApiFormat.Read(json), definitions), depth == 0 ? WorkflowFormat.Api : WorkflowFormat.Prompt, container);
        if (EditorWorkflow.IsOne(json))
            return new(Convert(json, definitions), WorkflowFormat.Editor, container);
        foreach (var inside in depth == Deepest ? [] : Wrapped.In(json))
        {
            if (Opened(inside) is { } opened && Find(opened, definitions, container, depth + 1) is { } found)
                return found;
        }

        return null;
    }

    // A workflow inside other JSON may be a string; and a string may start like one: {red|blue}.
    private static JsonElement? Opened(JsonElement inside)
    {
        try
        {
            return inside.ValueKind == JsonValueKind.String ? Parse(inside.GetString()!) : inside;
        }
        catch (InvalidWorkflowException)
        {
            return null;
        }
    }

    private static System.Text.Json.Nodes.JsonObject Convert(JsonElement json, NodeDefinitions definitions)
    {
        var workflow = GraphConverter.Convert(EditorWorkflow.Read(json), definitions);
        return workflow.Count > 0 ? workflow : throw new InvalidWorkflowException("The workflow has no nodes that run: it is empty, or all of them are muted or bypassed.");
    }

    private static JsonElement Parse(string text)
    {
        try
        {
            // Python writes numbers that JSON does not have.
            using var document = JsonDocument.Parse(PythonJson.WithoutNaN(text), Lenient);
            ReadTexts(document.RootElement);
            return document.RootElement.Clone();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new InvalidWorkflowException("A string in it contains half a surrogate pair, which is not valid text.", e);
        }
        catch (JsonException e)
        {
            throw new InvalidWorkflowException($"This is not JSON: {e.Message}", e);
        }
    }

    // JSON allows half a surrogate pair as an escape; it is found only when the string is read, which could happen anywhere.
    private static void ReadTexts(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                _ = value.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                    ReadTexts(item);
                break;
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    _ = member.Name;
                    ReadTexts(member.Value);
                }

                break;
        }
    }

    // iTunes and QuickTime have their own names for comments.
    private static string Bare(string key) => key switch { "©cmt" => "comment", "©des" or "desc" => "description", _ => key };

    private static string Nothing(MediaType media, IReadOnlyList<EmbeddedText> texts) => texts switch
    {
        _ when media == MediaType.Unknown => "This is neither JSON nor a file that could hold a workflow. Workflows are accepted as JSON, or inside PNG, WebP, JPEG, MP4, WebM, FLAC, MP3, Ogg or GLB files.",
        _ when texts.Any(t => t.Key == "parameters") => "This picture has the parameters of another program (AUTOMATIC1111), but no ComfyUI workflow.",
        _ => $"This file ({media.ContentType}) has no workflow in it. ComfyUI stores it there, but many programs and sites remove it when they save or send a file.",
    };
}
