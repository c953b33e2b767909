namespace LockNGen.ComfyDoors.Http;

/// <summary>Routes that ComfyUI's page and some programs request but that do not apply to a farm: the answers are enough for them to continue.</summary>
internal static class StubEndpoints
{
    private const string Page =
        """
        <!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>LockN Gen</title></head>
        <body><h1>LockN Gen</h1><p>Programs made for a ComfyUI server can use this address. There is no page here: a farm has many machines, and no one editor.</p></body></html>
        """;

    private static readonly (string Path, string Json)[] Answers =
    [
        ("/users", """{"storage":"server","migrated":true}"""),
        ("/settings", "{}"),
        ("/settings/{name}", "null"),
        ("/extensions", "[]"),
        ("/i18n", "{}"),
        ("/workflow_templates", "{}"),
        ("/global_subgraphs", "{}"),
        ("/internal/logs", "\"\""),
        ("/internal/logs/raw", """{"entries":[],"size":{"cols":80,"rows":24}}"""),
        ("/internal/folder_paths", "{}"),
        ("/internal/files/{folder}", "[]"),
    ];

    public static void Map(RouteGroupBuilder comfy)
    {
        foreach (var (path, json) in Answers)
            comfy.MapGet(path, () => TypedResults.Text(json, "application/json; charset=utf-8"));
        comfy.MapMethods("/internal/logs/subscribe", [HttpMethods.Patch], () => TypedResults.Ok());
        // Freeing the memory of shared machines would harm other users.
        comfy.MapPost("/free", () => TypedResults.Ok());
        comfy.MapPost("/settings", () => TypedResults.Ok());
        comfy.MapPost("/settings/{name}", (string name) => TypedResults.Ok());
    }

    /// <summary>Some programs use this as a health check.</summary>
    public static void MapPage(IEndpointRouteBuilder endpoints) => endpoints
        .MapMethods("/", [HttpMethods.Get, HttpMethods.Head], () => TypedResults.Text(Page, "text/html; charset=utf-8"));
}
