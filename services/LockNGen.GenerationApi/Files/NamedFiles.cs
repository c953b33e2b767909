using System.Globalization;
using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Storage;
using LockNGen.GenerationApi.Workflows;
using LockNGen.Storage;

namespace LockNGen.GenerationApi.Files;

/// <summary>
/// Uploads under the names that their owners gave them, as in ComfyUI's own folders: many programs put the name that they sent into a
/// workflow rather than the one they were given.
/// </summary>
internal sealed class NamedFiles(GenerationsDatabase database)
{
    /// <summary>The number of similar names that are tried: <c>photo (1).png</c>, <c>photo (2).png</c> ...</summary>
    private const int MaxTries = 1_000;

    private static readonly string[] Folders = ["input", "temp", "output"];

    /// <summary>Gives an upload a name. If the name is taken by other bytes, they are replaced, or the new ones get a similar name.</summary>
    /// <returns>The name; null when there are too many similar ones.</returns>
    public Task<string?> SaveAsync(NamedFile file, string? owner, bool overwrite, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            var key = owner ?? "";
            await session.LockAsync($"files:{key}");
            for (var i = 0; i < MaxTries; i++)
            {
                var name = i == 0 ? file.Name : string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(file.Name)} ({i}){Path.GetExtension(file.Name)}");
                var there = await FindAsync(session, file with { Name = name }, key);
                if (there == file.Upload)
                    return name;
                if (there is not null && !overwrite)
                    continue;
                await session.ExecuteAsync(
                    """
                    INSERT INTO named_files (owner, folder, subfolder, name, upload, created_at) VALUES (@key, @Folder, @Subfolder, @name, @Upload, @Now)
                    ON CONFLICT (owner, folder, subfolder, name) DO UPDATE SET upload = excluded.upload, created_at = excluded.created_at
                    """,
                    new { key, file.Folder, file.Subfolder, name, file.Upload, session.Now });
                return name;
            }

            return null;
        },
        cancellationToken);

    /// <summary>The upload of this name, if its owner has one.</summary>
    public Task<string?> FindAsync(NamedFile file, string? owner, CancellationToken cancellationToken) =>
        database.ReadAsync(session => FindAsync(session, file, owner ?? ""), cancellationToken);

    /// <summary>Replaces the names that an owner gave to uploads by the uploads, in the inputs that load files.</summary>
    public async Task ResolveAsync(WorkflowGraph graph, string? owner, IReadOnlyList<NodeCatalog> known, CancellationToken cancellationToken)
    {
        var named = (from node in graph.Nodes
                     from input in node.Inputs
                     let text = node.Text(input.Key)
                     where text is { Length: > 0 and <= 1_024 } && LoadsFile(node, input.Key, known)
                     select (Node: node, Input: input.Key, File: Parse(text))).ToList();
        if (named.Count == 0)
            return;
        await database.ReadAsync(
            async session =>
            {
                foreach (var (node, input, file) in named)
                {
                    if (await FindAsync(session, file, owner ?? "") is { } upload)
                        node.Inputs[input] = upload;
                }

                return 0;
            },
            cancellationToken);
    }

    /// <summary>Deletes the names of uploads that no longer exist.</summary>
    public static Task<int> ForgetAsync(DatabaseSession session) =>
        session.ExecuteAsync("DELETE FROM named_files WHERE NOT EXISTS (SELECT 1 FROM uploads u WHERE u.name = named_files.upload)");

    /// <summary>If no catalog knows the class, its name shows whether it loads something.</summary>
    private static bool LoadsFile(WorkflowNode node, string input, IReadOnlyList<NodeCatalog> known) =>
        known.Any(c => c.InputsNamed(node.ClassType, input).Any(i => i.IsUpload)) || node.ClassType.Contains("Load", StringComparison.Ordinal);

    /// <summary><c>subfolder/name [folder]</c>.</summary>
    private static NamedFile Parse(string text)
    {
        var folder = Folders.FirstOrDefault(f => text.EndsWith($" [{f}]", StringComparison.Ordinal));
        var path = folder is null ? text : text[..^(folder.Length + 3)];
        var slash = path.LastIndexOf('/');
        return new NamedFile { Folder = folder ?? Folders[0], Subfolder = slash < 0 ? "" : path[..slash], Name = path[(slash + 1)..], Upload = "" };
    }

    private static Task<string?> FindAsync(DatabaseSession session, NamedFile file, string owner) => session.ScalarAsync<string>(
        """
        SELECT f.upload FROM named_files f JOIN uploads u ON u.name = f.upload
        WHERE f.owner = @owner AND f.folder = @Folder AND f.subfolder = @Subfolder AND f.name = @Name
        """,
        new { owner, file.Folder, file.Subfolder, file.Name });
}

/// <summary>A name in one of ComfyUI's folders, and the upload it refers to.</summary>
public sealed record NamedFile
{
    /// <summary><c>input</c>, <c>temp</c> or <c>output</c>.</summary>
    public required string Folder { get; init; }
    public required string Subfolder { get; init; }
    public required string Name { get; init; }
    public required string Upload { get; init; }
}
