using System.Text.Json.Nodes;

namespace LockNGen.Workflows.Reading;

/// <summary>A workflow that was read from a file or a text.</summary>
/// <param name="Workflow">The workflow in the API's format.</param>
/// <param name="Format">The format it was given in.</param>
/// <param name="Container">The type of the file that contained it; null for JSON.</param>
public sealed record ReadWorkflow(JsonObject Workflow, WorkflowFormat Format, string? Container);

/// <summary>The forms in which people have workflows.</summary>
public enum WorkflowFormat
{
    /// <summary>By ids, as it is sent to ComfyUI.</summary>
    Api,

    /// <summary>The same inside <c>{"prompt": ...}</c>, as the body of a request has it.</summary>
    Prompt,

    /// <summary>As the editor saves it: nodes, links, places.</summary>
    Editor,
}
