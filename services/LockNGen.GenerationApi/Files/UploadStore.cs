using LockNGen.GenerationApi.Storage;
using LockNGen.GenerationApi.Workflows;
using LockNGen.Media.Types;
using LockNGen.Storage;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Files;

/// <summary>Files that clients upload for workflows to read. The same bytes of one owner are kept once.</summary>
internal sealed class UploadStore(GenerationsDatabase database, IImageStore files, FreeSpace space, IOptions<StorageOptions> options)
{
    private const int NoSpaceOnUnix = 28;
    private const int NoSpaceOnWindows = unchecked((int)0x80070070);
    private const string Columns = "name, owner, content_type, size, hash";

    /// <summary>Keeps a file under a name that cannot be guessed, or finds the one that has these bytes already.</summary>
    /// <exception cref="UploadRefusedException">Its type is not accepted, or there is no room for it.</exception>
    public async Task<(UploadRow Upload, MediaInfo Info)> AddAsync(Stream body, string? owner, CancellationToken cancellationToken)
    {
        if (!space.HasRoom())
            throw NoRoom();
        await database.ReadAsync(session => CheckQuotaAsync(session, owner, more: 1), cancellationToken);
        var (info, _, content) = await FileBody.PeekAsync(body, cancellationToken);
        await using var whole = new RoomStream(content, space, NoRoom);
        if (!UploadTypes.Takes(info.Type))
        {
            throw Refused(
                StatusCodes.Status415UnsupportedMediaType, ProblemCodes.UnsupportedImage, $"The file is {info.ContentType} by its bytes. Taken are {UploadTypes.Allowed}.");
        }

        var name = UploadName.New(info.Extension);
        var stored = await SaveAsync(name, whole, cancellationToken);
        UploadRow? upload = null;
        try
        {
            upload = await database.WriteAsync(session => RecordAsync(session, name, info, stored, owner), cancellationToken);
        }
        finally
        {
            // Refused, or stored already.
            if (upload?.Name != name)
                await files.DeleteAsync(KeyOf(name), CancellationToken.None);
        }

        return (upload, info);
    }

    /// <summary>The owner's upload with these bytes; finding it counts as a use.</summary>
    public Task<UploadRow?> FindAsync(string hash, string? owner, CancellationToken cancellationToken) =>
        database.WriteAsync(session => UseAsync(session, hash, owner), cancellationToken);

    /// <summary>Opens an upload.</summary>
    public Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken) => files.OpenAsync(KeyOf(name), cancellationToken);

    /// <summary>Opens an upload with its content type; null when there is none of this name, or its file is gone.</summary>
    public async Task<(Stream Content, string Type)?> OpenTypedAsync(string name, CancellationToken cancellationToken)
    {
        var type = await database.ReadAsync(
            session => session.ScalarAsync<string>("SELECT content_type FROM uploads WHERE name = @name", new { name }), cancellationToken);
        return type is not null && await OpenAsync(name, cancellationToken) is { } content ? (content, type) : null;
    }

    /// <summary>The uploads that a workflow names; those that do not exist, or belong to someone else, are errors.</summary>
    public async Task<IReadOnlySet<string>> NamedInAsync(
        WorkflowGraph graph, string? owner, bool seesAll, List<ProblemError> errors, CancellationToken cancellationToken)
    {
        var named = (from node in graph.Nodes
                     from input in node.Inputs
                     let name = UploadName.In(node.Text(input.Key))
                     where name is not null
                     select (Node: node, Input: input.Key, Name: name)).ToList();
        if (named.Count == 0)
            return new HashSet<string>();

        var names = named.Select(n => n.Name).Distinct().ToList();
        var found = (await database.WriteAsync(
            session => session.QueryAsync<UploadRow>(
                $"UPDATE uploads SET used_at = @Now WHERE name IN @names RETURNING {Columns}", new { names = SqlList.Of(names), session.Now }),
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
        // Without the annotation, because the watcher inserts ComfyUI's own name for the file.
        foreach (var (node, input, name) in named)
            node.Inputs[input] = name;
        return found;
    }

    /// <summary>Removes uploads that have not been used since.</summary>
    public static async Task RemoveUnusedAsync(DatabaseSession session, DateTimeOffset usedBefore, int limit)
    {
        var names = await session.QueryAsync<string>(
            "DELETE FROM uploads WHERE name IN (SELECT name FROM uploads WHERE used_at < @usedBefore LIMIT @limit) AND used_at < @usedBefore RETURNING name",
            new { usedBefore, limit });
        await FileRemovals.AddAsync(session, names.Select(KeyOf));
        if (names.Count > 0)
            await NamedFiles.ForgetAsync(session);
    }

    private async Task<StoredFile> SaveAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        try
        {
            return await files.SaveAsync(KeyOf(name), content, cancellationToken);
        }
        catch (IOException e) when (e.HResult is NoSpaceOnUnix or NoSpaceOnWindows)
        {
            throw Refused(StatusCodes.Status507InsufficientStorage, ProblemCodes.StorageFull, "There is no space for this upload at the moment. Try again later.");
        }
    }

    private async Task<UploadRow> RecordAsync(DatabaseSession session, string name, MediaInfo info, StoredFile stored, string? owner)
    {
        // One at a time for each owner, or concurrent ones would not see each other.
        await session.LockAsync($"uploads:{owner}");
        if (await UseAsync(session, stored.Hash, owner) is { } earlier)
            return earlier;
        await CheckQuotaAsync(session, owner, stored.Size);
        return (await session.FirstOrDefaultAsync<UploadRow>(
            $"""
            INSERT INTO uploads (name, owner, content_type, size, hash, created_at, used_at)
            VALUES (@name, @owner, @ContentType, @Size, @Hash, @Now, @Now) RETURNING {Columns}
            """,
            new { name, owner, info.ContentType, stored.Size, stored.Hash, session.Now }))!;
    }

    private static Task<UploadRow?> UseAsync(DatabaseSession session, string hash, string? owner) => session.FirstOrDefaultAsync<UploadRow>(
        $"UPDATE uploads SET used_at = @Now WHERE hash = @hash AND COALESCE(owner, '') = COALESCE(@owner, '') RETURNING {Columns}",
        new { hash, owner, session.Now });

    private async Task<bool> CheckQuotaAsync(DatabaseSession session, string? owner, long more)
    {
        var quota = options.Value.UploadQuota;
        if (quota == 0)
            return true;
        var used = await session.ScalarAsync<long>("SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM uploads WHERE COALESCE(owner, '') = COALESCE(@owner, '')", new { owner });
        return used + more <= quota
            ? true
            : throw Refused(
                StatusCodes.Status413PayloadTooLarge,
                ProblemCodes.QuotaExceeded,
                $"Your uploads take up {used:N0} of {quota:N0} bytes. Those that are not used for {options.Value.KeepUploads.TotalDays:0.##} days are removed.");
    }

    private static UploadRefusedException NoRoom() =>
        Refused(StatusCodes.Status507InsufficientStorage, ProblemCodes.StorageFull, "There is no space for uploads at the moment. Try again later.");

    private static UploadRefusedException Refused(int status, string code, string message) => new(status, code, message);

    private static string KeyOf(string name) => "uploads/" + name;
}

/// <summary>A kept upload.</summary>
internal sealed record UploadRow
{
    public required string Name { get; init; }
    public string? Owner { get; init; }
    public required string ContentType { get; init; }
    public long Size { get; init; }
    public string? Hash { get; init; }
}
