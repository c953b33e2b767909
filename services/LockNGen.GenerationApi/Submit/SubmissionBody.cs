using System.Text;
using LockNGen.GenerationApi.Problems;
using LockNGen.Media;
using LockNGen.Media.Embedded;
using LockNGen.Media.Types;
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
        if (MediaFile.Recognize(bytes).Type == MediaType.Png)
        {
            var texts = EmbeddedText.ReadAll(bytes);
            if (texts.FirstOrDefault(t => t.Key == "prompt") is not { } prompt)
                return (null, bytes, Problem.Invalid("workflow", ErrorCodes.NotApiFormat, NoPrompt(texts)));
            json = Encoding.UTF8.GetBytes(prompt.Text);
            if (json.Length > maxBytes)
                return (null, [], RequestBody.TooLarge(maxBytes));
        }

        var (request, problem) = RequestBody.Parse(json, SubmitJson.Default.SubmitRequest, SubmissionShape.Of);
        return (request, bytes, problem);
    }

    private static string NoPrompt(IReadOnlyList<EmbeddedText> texts) => texts.All(t => t.Key != "workflow")
        ? "The body is a PNG without a workflow inside. ComfyUI writes it into the pictures that it saves, as the text chunk 'prompt'; many sites remove it."
        : "The PNG has a workflow in the format of ComfyUI's editor only. Open it there, choose Workflow > Export (API), and send the file that it writes.";
}
