using System.Text.Json.Nodes;

namespace LockNGen.ComfyUiSimulator.Python;

/// <summary>Tracebacks as the real server sends them: server paths, which must never reach a browser.</summary>
internal static class PythonTraceback
{
    public static JsonArray Of(string classType) => new(
        "  File \"/comfyui/execution.py\", line 496, in execute\n    output_data, output_ui, has_subgraph, has_pending_tasks = await get_output_data(prompt_id, unique_id, obj, input_data_all)\n",
        "  File \"/comfyui/execution.py\", line 315, in get_output_data\n    return_values = await _async_map_node_over_list(prompt_id, unique_id, obj, input_data_all, obj.FUNCTION)\n",
        "  File \"/comfyui/execution.py\", line 289, in _async_map_node_over_list\n    await process_inputs(input_dict, i)\n",
        "  File \"/comfyui/execution.py\", line 277, in process_inputs\n    result = f(**inputs)\n",
        $"  File \"/comfyui/nodes.py\", line 1, in {classType}\n    raise\n");

    public static JsonArray OfValidation() => new(
        "  File \"/comfyui/execution.py\", line 1010, in validate_prompt\n    m = await validate_inputs(prompt_id, prompt, o, validated)\n",
        "  File \"/comfyui/execution.py\", line 788, in validate_inputs\n    o_class_type = prompt[o_id]['class_type']\n");
}
