using System.Collections.Concurrent;
using System.Text.Json;
using LockNGen.GenerationApi.Storage;
using LockNGen.Storage;
using LockNGen.Web.Authentication;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Templates;

/// <summary>The templates that people saved, in the database: every replica sees them at once. Those from files come first and cannot be changed; one saved before a file of the same name existed keeps working.</summary>
internal sealed class TemplateStore(GenerationsDatabase database, TemplateCatalog files, IOptions<TemplateOptions> options)
{
    public const string Everyone = "everyone";
    public const string Private = "private";

    /// <summary>Parsed definitions are cached; a version never changes.</summary>
    private const int MostParsed = 500;
    private const string Current = "SELECT * FROM templates WHERE deleted = 0";

    private readonly ConcurrentDictionary<(string Name, int Version), Template> _parsed = [];

    /// <summary>The templates that the caller may use, files first.</summary>
    public async Task<IReadOnlyList<SavedTemplate>> ListAsync(Caller caller, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(session => session.QueryAsync<TemplateRow>($"{Current} ORDER BY sort_order, name"), cancellationToken);
        var seen = rows.Where(r => MaySee(caller, r)).ToList();
        var list = files.All.Where(t => seen.All(r => r.Name != t.Name)).Select(t => new SavedTemplate(t)).ToList();
        foreach (var row in seen)
        {
            if (await ReadAsync(row, row.Version, cancellationToken) is { } saved)
                list.Add(saved);
        }

        return list;
    }

    /// <summary>A template by its name, in its newest or another version; null if there is none for this caller.</summary>
    public async Task<SavedTemplate?> FindAsync(string name, int? version, Caller caller, CancellationToken cancellationToken)
    {
        var row = await database.ReadAsync(session => session.FirstOrDefaultAsync<TemplateRow>("SELECT * FROM templates WHERE name = @name", new { name }), cancellationToken);
        // A deleted template can still be used by version: generations that used it can be repeated.
        if (row is null || !MaySee(caller, row) || row.Deleted != 0 && version is null || version == 0)
            return version is null or 0 && files.Find(name) is { } file ? new SavedTemplate(file) : null;
        return await ReadAsync(row, version ?? row.Version, cancellationToken);
    }

    /// <summary>Stores a new template, or a new version; returns why not.</summary>
    public Task<TemplateWrite> SaveAsync(Template template, TemplateBody body, Caller caller, bool isNew, CancellationToken cancellationToken)
    {
        var isFile = files.Find(template.Name) is not null;
        return database.WriteAsync(
            async session =>
            {
                await session.LockAsync("templates");
                var row = await session.FirstOrDefaultAsync<TemplateRow>("SELECT * FROM templates WHERE name = @Name", new { template.Name });
                if (isNew && (isFile || row is { Deleted: 0 }))
                    return TemplateWrite.Taken;
                if (!isNew && (row is null or { Deleted: not 0 } || !MaySee(caller, row)))
                    return isFile ? TemplateWrite.ReadOnly : TemplateWrite.Missing;
                if (row is not null && !MayChange(caller, row))
                    return isNew ? TemplateWrite.Taken : TemplateWrite.Forbidden;
                if (isNew && await CountAsync(session, caller.Owner) >= options.Value.MaxPerOwner)
                    return TemplateWrite.TooMany;
                await WriteAsync(session, template, body, row, row?.Owner ?? caller.Owner);
                return TemplateWrite.Done;
            },
            cancellationToken);
    }

    /// <summary>Removes a template from the list.</summary>
    public Task<TemplateWrite> DeleteAsync(string name, Caller caller, CancellationToken cancellationToken)
    {
        var isFile = files.Find(name) is not null;
        return database.WriteAsync(
            async session =>
            {
                var row = await session.FirstOrDefaultAsync<TemplateRow>($"{Current} AND name = @name", new { name });
                if (row is null || !MaySee(caller, row))
                    return isFile ? TemplateWrite.ReadOnly : TemplateWrite.Missing;
                if (!MayChange(caller, row))
                    return TemplateWrite.Forbidden;
                await session.ExecuteAsync("UPDATE templates SET deleted = 1, updated_at = @Now WHERE name = @name", new { name, session.Now });
                return TemplateWrite.Done;
            },
            cancellationToken);
    }

    private static Task<int> CountAsync(DatabaseSession session, string? owner) => session.ScalarAsync<int>(
        "SELECT COUNT(*) FROM templates WHERE deleted = 0 AND (owner = @owner OR owner IS NULL AND CAST(@owner AS TEXT) IS NULL)", new { owner });

    private async Task WriteAsync(DatabaseSession session, Template template, TemplateBody body, TemplateRow? row, string? owner)
    {
        var values = new
        {
            template.Name,
            Owner = owner,
            Visibility = body.Visibility ?? row?.Visibility ?? Private,
            SortOrder = body.Order ?? row?.SortOrder ?? 0,
            Picture = body.Picture is { Length: 0 } ? null : body.Picture ?? row?.Picture,
            Version = (row?.Version ?? 0) + 1,
            session.Now,
            Definition = JsonSerializer.Serialize(template, TemplateJson.Default.Template),
            Oldest = (row?.Version ?? 0) + 1 - options.Value.MaxVersions,
        };
        await session.ExecuteAsync(
            row is null
                ? "INSERT INTO templates (name, owner, visibility, sort_order, picture, version, deleted, created_at, updated_at) VALUES (@Name, @Owner, @Visibility, @SortOrder, @Picture, @Version, 0, @Now, @Now)"
                : "UPDATE templates SET owner = @Owner, visibility = @Visibility, sort_order = @SortOrder, picture = @Picture, version = @Version, deleted = 0, updated_at = @Now WHERE name = @Name",
            values);
        await session.ExecuteAsync("INSERT INTO template_versions (name, version, definition, created_at) VALUES (@Name, @Version, @Definition, @Now)", values);
        await session.ExecuteAsync("DELETE FROM template_versions WHERE name = @Name AND version <= @Oldest", values);
    }

    private static bool MaySee(Caller caller, TemplateRow row) => row.Visibility == Everyone || caller.Lists(row.Owner);

    private static bool MayChange(Caller caller, TemplateRow row) => caller.IsAdmin || row.Owner is not null && row.Owner == caller.Owner;

    private async Task<SavedTemplate?> ReadAsync(TemplateRow row, int version, CancellationToken cancellationToken)
    {
        if (!_parsed.TryGetValue((row.Name, version), out var template))
        {
            var definition = await database.ReadAsync(
                session => session.ScalarAsync<string>("SELECT definition FROM template_versions WHERE name = @Name AND version = @version", new { row.Name, version }), cancellationToken);
            if (definition is null)
                return null;
            if (_parsed.Count >= MostParsed)
                _parsed.Clear();
            template = _parsed[(row.Name, version)] = JsonSerializer.Deserialize(definition, TemplateJson.Default.Template)!;
        }

        return new SavedTemplate(template) { Version = version, Owner = row.Owner, IsPublic = row.Visibility == Everyone, Order = row.SortOrder, Picture = row.Picture };
    }

    private sealed record TemplateRow
    {
        public required string Name { get; init; }
        public string? Owner { get; init; }
        public required string Visibility { get; init; }
        public int SortOrder { get; init; }
        public string? Picture { get; init; }
        public int Version { get; init; }
        public int Deleted { get; init; }
    }
}

/// <summary>The result of changing a template.</summary>
internal enum TemplateWrite
{
    Done,
    Missing,
    Taken,
    ReadOnly,
    Forbidden,
    TooMany,
}
