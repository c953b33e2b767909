using System.Text.Json.Nodes;

namespace LockNGen.Workflows.Reading;

/// <summary>A workflow that was read from a file or a text.</summary>
/// <param name="Workflow">It in the API's format.</param>
/// <param name="Format">What it was given as.</param>
/// <param name="Container">The type of the file that it stood in; null for JSON.</param>
public sealed record ReadWorkflow(JsonObject Workflow, WorkflowFormat Format, string? Container);

/// <summary>In which form people have workflows.</summary>
public enum WorkflowFormat
{
    /// <summary>By ids, as it is sent to ComfyUI.</summary>
    Api,

    /// <summary>The same inside of <c>{"prompt": ...}</c>, as the body of a request has it.</summary>
    Prompt,

    /// <summary>As the editor saves it: nodes, links, places.</summary>
    Editor,
}
