using LockNGen.ComfyDoors.Access;
using LockNGen.ComfyDoors.Shapes;

namespace LockNGen.ComfyDoors.Http;

/// <summary><c>/view</c>: the caller's own results, by the names that a door gave them, and the caller's own uploads.</summary>
internal sealed class ViewEndpoints(FileProxy files)
{
    public static void Map(RouteGroupBuilder comfy) => comfy.MapMethods(
        "/view", [HttpMethods.Get, HttpMethods.Head], (ViewEndpoints endpoints, DoorCaller caller, HttpContext context) => endpoints.ViewAsync(caller, context));

    private async Task<IResult> ViewAsync(DoorCaller caller, HttpContext context)
    {
        var query = context.Request.Query;
        // In the database of assets of ComfyUI's page, the name is annotated with its folder.
        var name = query["filename"].ToString();
        var (subfolder, folder) = (query["subfolder"].ToString(), query["type"].ToString() is { Length: > 0 } type ? type : "output");
        if (name.Length == 0 || name.StartsWith('/') || name.Contains("..", StringComparison.Ordinal) || folder is not ("output" or "temp" or "input"))
            return TypedResults.BadRequest();
        name = name[(name.LastIndexOf('/') + 1)..];
        var path = FileNames.Parse(name) is { } result
            ? $"/api/generations/{result.Id}/images/{result.Index}"
            : $"/api/doors/files?folder={folder}&subfolder={Uri.EscapeDataString(subfolder)}&name={Uri.EscapeDataString(name)}";
        return await files.ServeAsync(context, caller, path) ? TypedResults.Empty : TypedResults.NotFound();
    }
}
