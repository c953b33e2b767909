using LockNGen.GenerationApi.Catalog;
using LockNGen.GenerationApi.Files;
using LockNGen.GenerationApi.Storage;
using LockNGen.GenerationApi.Validation;
using LockNGen.GenerationApi.Workflows;
using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Uploads;

/// <summary>
/// Files that a request gives in its inputs instead of names: they become uploads, and the inputs get the uploads' names. Only inputs that
/// take files are considered; an address in a prompt is just text.
/// </summary>
internal sealed class InputSources(InputFetcher fetcher, UploadStore uploads, IOptions<SubmitOptions> options, IOptions<StorageOptions> storage)
{
    /// <summary>Loaders' usual names for their file input, if no catalog knows it.</summary>
    private static readonly string[] FileInputs = ["image", "mask", "video", "audio", "file", "model_file", "latent"];

    /// <summary>Stores the files; returns the names that replace them.</summary>
    /// <param name="graph">The workflow, whose inputs are changed.</param>
    /// <param name="reached">The nodes that run.</param>
    /// <param name="catalogs">What the instances know.</param>
    /// <param name="owner">Whose they are.</param>
    /// <param name="dryRun">Whether nothing is fetched or stored: then only errors that can be found without that are reported.</param>
    /// <param name="errors">Receives the errors.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyDictionary<string, string>> KeepAsync(
        WorkflowGraph graph,
        IReadOnlySet<string> reached,
        IReadOnlyList<NodeCatalog> catalogs,
        string? owner,
        bool dryRun,
        List<ProblemError> errors,
        CancellationToken cancellationToken)
    {
        var given = (from node in graph.Nodes
                     where reached.Contains(node.Id)
                     from input in node.Inputs
                     where TakesFile(node, input.Key, catalogs)
                     let value = node.Text(input.Key)
                     let source = value is null ? null : InputSource.Of(value)
                     where source is not null
                     select (Node: node, Input: input.Key, Value: value, Source: source)).ToList();
        var kept = new Dictionary<string, string>(StringComparer.Ordinal);
        if (given.Select(g => g.Value).Distinct().Count() is var count && count > options.Value.MaxInputSources)
        {
            errors.Add(new ProblemError { Field = "workflow", Code = ErrorCodes.TooMany, Message = $"The inputs hold {count} files; {options.Value.MaxInputSources} are allowed. Upload them first." });
            return kept;
        }

        foreach (var (node, input, value, source) in given)
        {
            try
            {
                if (!kept.ContainsKey(value))
                    kept[value] = await KeepAsync(source, owner, dryRun, cancellationToken) ?? value;
                node.Inputs[input] = kept[value];
            }
            catch (UploadRefusedException e)
            {
                errors.Add(new ProblemError
                {
                    Field = "workflow",
                    NodeId = node.Id,
                    NodeType = node.ClassType,
                    Input = input,
                    Code = ErrorCodes.UnusableInput,
                    Message = $"{input} {Named(source)} cannot be used. {e.Message}",
                });
                return kept;
            }
        }

        return kept;
    }

    private async Task<string?> KeepAsync(InputSource source, string? owner, bool dryRun, CancellationToken cancellationToken)
    {
        if (source.Address is { } address)
        {
            if (await fetcher.FindProblemAsync(address, owner, cancellationToken) is { } problem)
                throw Refused(problem);
            return dryRun ? null : (await fetcher.FetchAsync(address, owner, cancellationToken)).Name;
        }

        if (source.Decode() is not { Length: > 0 } bytes)
            throw Refused("It is not base64, as in data:image/png;base64,iVBOR...");
        if (bytes.Length > storage.Value.MaxUploadBytes)
            throw Refused($"It is larger than {storage.Value.MaxUploadBytes:N0} bytes.");
        if (dryRun)
            return UploadTypes.Takes(Media.MediaFile.Recognize(bytes).Type) ? null : throw Refused($"Taken are {UploadTypes.Allowed}.");
        using var content = new MemoryStream(bytes, writable: false);
        return (await uploads.AddAsync(content, owner, cancellationToken)).Upload.Name;
    }

    /// <summary>Whether the input names a file, as far as any instance knows.</summary>
    private static bool TakesFile(WorkflowNode node, string input, IReadOnlyList<NodeCatalog> catalogs)
    {
        var classes = catalogs.Select(c => c.Classes.GetValueOrDefault(node.ClassType)).OfType<NodeClass>().ToList();
        return classes.Count == 0
            ? LooksLikeFile(node, input)
            : classes.Exists(c => c.Named(input).Any(i => i.IsUpload));
    }

    /// <summary>Whether the input names a file, by its name and that of its class: for classes that no catalog knows.</summary>
    public static bool LooksLikeFile(WorkflowNode node, string input) =>
        FileInputs.Contains(input, StringComparer.Ordinal) && node.ClassType.Contains("Load", StringComparison.Ordinal);

    /// <summary>Its name in errors: addresses without their query, which may contain a key.</summary>
    private static string Named(InputSource source) => source.Address is { } address
        ? $"'{Quoted.Short(address.Split('?', '#')[0])}'"
        : "(a file in the request)";

    private static UploadRefusedException Refused(string message) => new(StatusCodes.Status400BadRequest, ErrorCodes.UnusableInput, message);
}
