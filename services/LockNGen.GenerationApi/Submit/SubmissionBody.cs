using LockNGen.GenerationApi.Problems;
using LockNGen.GenerationApi.Workflows;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LockNGen.GenerationApi.Submit;

/// <summary>Reads the body of a submission: our JSON, ComfyUI's, a bare workflow, or a picture with the workflow inside.</summary>
internal static class SubmissionBody
{
    public static async Task<(SubmitRequest? Request, byte[] Bytes, ProblemHttpResult? Problem)> ReadAsync(HttpContext context, long maxBytes)
    {
        if (await RequestBody.ReadBytesAsync(context, maxBytes) is not { } bytes)
            return (null, [], RequestBody.TooLarge(maxBytes));
        var json = bytes;
        if (PngWorkflow.IsPng(bytes))
        {
            if (PngWorkflow.Find(bytes, "prompt", maxBytes) is not { } prompt)
                return (null, bytes, Problem.Invalid("workflow", ErrorCodes.NotApiFormat, NoPrompt(bytes, maxBytes)));
            json = prompt;
        }

        var (request, problem) = RequestBody.Parse(json, SubmitJson.Default.SubmitRequest, SubmissionShape.Of);
        return (request, bytes, problem);
    }

    private static string NoPrompt(byte[] png, long maxBytes) => PngWorkflow.Find(png, "workflow", maxBytes) is null
        ? "The body is a PNG without a workflow inside. ComfyUI writes it into the pictures that it saves, as the text chunk 'prompt'; many sites remove it."
        : "The PNG has a workflow in the format of ComfyUI's editor only. Open it there, choose Workflow > Export (API), and send the file that it writes.";
}
