using System.Text.Json;
using System.Text.Json.Nodes;
using LockNGen.Workflows.Catalog;

namespace LockNGen.Workflows.Proposals;

/// <summary>The parameters that a template of a workflow should have, and further fields that it could have.</summary>
public sealed record ParameterProposals(IReadOnlyList<ProposedParameter> Proposed, IReadOnlyList<ProposedParameter> Others)
{
    private const int MostProposed = 60;
    private const int MostOthers = 400;

    /// <summary>Looks at a workflow in the API's format.</summary>
    public static ParameterProposals For(JsonObject workflow, NodeDefinitions definitions)
    {
        var graph = PromptGraph.Read(workflow, definitions);
        var roles = new RoleOf(new Conditionings(graph));
        var groups = Candidate.Of(graph).Select(c => (Candidate: c, Role: roles.Find(c)))
            .Where(c => c.Candidate.Input != "filename_prefix" && !IsMeantFixed(c.Candidate))
            .OrderBy(c => c.Role)
            .GroupBy(c => Same(c.Candidate, c.Role))
            .Select(g => (g.First().Role, Fields: g.Select(c => c.Candidate).ToList()))
            .ToList();
        var writer = new ParameterWriter(groups.CountBy(g => ParameterWriter.Called(g.Role, g.Fields[0]).Title).ToDictionary());
        var all = groups.ConvertAll(g => writer.Write(g.Role, g.Fields));
        return new(
            [.. all.Where(p => p.Role != ParameterRole.Other).Take(MostProposed)],
            [.. all.Where(p => p.Role == ParameterRole.Other).Take(MostOthers)]);
    }

    // Fields with the same role and value become one parameter: the text of two encoders, the steps of two samplers.
    private static (ParameterRole, string, string) Same(Candidate candidate, ParameterRole role) => role switch
    {
        ParameterRole.Prompt or ParameterRole.NegativePrompt when candidate.Value.ValueKind == JsonValueKind.String => (role, "", candidate.Value.GetString()!.Trim()),
        ParameterRole.Width or ParameterRole.Height or ParameterRole.Frames or ParameterRole.FrameRate or ParameterRole.Seconds or ParameterRole.Steps or ParameterRole.Sampler or ParameterRole.Scheduler or ParameterRole.Seed =>
            (role, "", candidate.Value.GetRawText()),
        ParameterRole.Guidance => (role, candidate.UsedAs.Input, candidate.Value.GetRawText()),
        ParameterRole.Model or ParameterRole.Lora or ParameterRole.Helper => (role, candidate.Input, candidate.Value.GetRawText()),
        ParameterRole.LoraStrength => (role, candidate.Node.Id, candidate.Value.GetRawText()),
        _ => (role, candidate.Node.Id, candidate.Input),
    };

    // Numbers that people never set.
    private static bool IsMeantFixed(Candidate candidate) => candidate.Input is "control_after_generate" or "upload" or "audioUI";
}
