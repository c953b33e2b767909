using LockNGen.GenerationApi.Images;
using LockNGen.GenerationApi.Problems;
using LockNGen.GenerationApi.Storage;
using LockNGen.GenerationApi.Submit;
using LockNGen.Media.Types;
using LockNGen.ServiceDefaults.Storage;

namespace LockNGen.GenerationApi.Uploads;

/// <summary>Files that clients upload for workflows to read.</summary>
internal sealed class UploadStore(GenerationsDatabase database, IImageStore files)
{
    private const string Prefix = "upload-";

    /// <summary>Keeps a file under a name that nobody can guess.</summary>
    public async Task<string> AddAsync(Stream content, MediaInfo info, string? owner, CancellationToken cancellationToken)
    {
        var name = $"{Prefix}{Guid.NewGuid():N}{info.Extension}";
        var stored = await files.SaveAsync(KeyOf(name), content, cancellationToken);
        await database.WriteAsync(
            session => session.ExecuteAsync(
                "INSERT INTO uploads (name, owner, content_type, size, created_at, used_at) VALUES (@name, @owner, @ContentType, @Size, @Now, @Now)",
                new { name, owner, info.ContentType, stored.Size, session.Now }),
            cancellationToken);
        return name;
    }

    /// <summary>Opens an upload.</summary>
    public Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken) => files.OpenAsync(KeyOf(name), cancellationToken);

    /// <summary>The uploads that a workflow names; those that do not exist, or are somebody else's, are errors.</summary>
    public async Task<IReadOnlySet<string>> NamedInAsync(
        WorkflowGraph graph, string? owner, bool seesAll, List<ProblemError> errors, CancellationToken cancellationToken)
    {
        var named = (from node in graph.Nodes
                     from input in node.Inputs
                     let text = node.Text(input.Key)
                     let name = text is null ? null : UploadName.In(text)
                     where name is not null
                     select (Node: node, Input: input.Key, Name: name)).ToList();
        if (named.Count == 0)
            return new HashSet<string>();

        var names = named.Select(n => n.Name).Distinct().ToList();
        var found = (await database.WriteAsync(
            session => session.QueryAsync<UploadRow>(
                "UPDATE uploads SET used_at = @Now WHERE name IN @names RETURNING name, owner", new { names = SqlList.Of(names), session.Now }),
            cancellationToken)).Where(u => seesAll || u.Owner == owner).Select(u => u.Name).ToHashSet();
        errors.AddRange(named.Where(n => !found.Contains(n.Name)).Select(n => new ProblemError
        {
            Field = "workflow",
            NodeId = n.Node.Id,
            NodeType = n.Node.ClassType,
            Input = n.Input,
            Code = ErrorCodes.UnknownUpload,
            Message = $"There is no upload '{n.Name}': send the file to POST /api/uploads first.",
        }));
        return found;
    }

    /// <summary>Removes what has not been used since; returns how many.</summary>
    public async Task<int> RemoveUnusedAsync(Session session, DateTimeOffset usedBefore, int limit, CancellationToken cancellationToken)
    {
        var names = await session.QueryAsync<string>("SELECT name FROM uploads WHERE used_at < @usedBefore LIMIT @limit", new { usedBefore, limit });
        foreach (var name in names)
            await files.DeleteAsync(KeyOf(name), cancellationToken);
        if (names.Count > 0)
            await session.ExecuteAsync("DELETE FROM uploads WHERE name IN @names", new { names = SqlList.Of(names) });
        return names.Count;
    }

    private static string KeyOf(string name) => "uploads/" + name;

    private sealed record UploadRow
    {
        public required string Name { get; init; }
        public string? Owner { get; init; }
    }
}
