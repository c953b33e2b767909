using System.Globalization;
using System.Text;
using LockNGen.TestSupport;
using LockNGen.Workflows.Conversion;
using LockNGen.Workflows.Editor;
using LockNGen.Workflows.Proposals;

namespace LockNGen.Workflows.Tests.Proposals;

/// <summary>docs/workflow-examples.md: what the import makes of each real workflow. UPDATE_GOLDEN=1 writes it again.</summary>
public class ExamplesTableTests
{
    [Fact]
    public void Examples_AllOfThem_AreAsTheDocumentSays()
    {
        var table = new StringBuilder(
            """
            # What the import makes of 45 real workflows

            ComfyUI's public examples, in the editor's format. "Equal": converted, the nodes that an output reaches have the classes, links and
            values of what the editor itself sent. The parameters are those that the import proposes; in brackets those under "more settings".
            A test compares this page with what the import does; `UPDATE_GOLDEN=1` has it written again.

            | Workflow | Equal | Parameters |
            |---|---|---|

            """);
        foreach (var name in RealWorkflows.Names.Order(StringComparer.Ordinal))
        {
            var (editor, prompt) = RealWorkflows.Read(name);
            var converted = GraphConverter.Convert(EditorWorkflow.Read(editor), RealWorkflows.Definitions);
            var equal = PromptComparison.Differences(prompt, converted, RealWorkflows.Definitions).Count == 0;
            var parameters = ParameterProposals.For(converted, RealWorkflows.Definitions).Proposed;
            table.Append(CultureInfo.InvariantCulture, $"| {name.Replace("--", ": ", StringComparison.Ordinal)} | {(equal ? "yes" : "no")} | {string.Join(", ", parameters.Select(Text))} |\n");
        }

        var path = Path.Combine(Repository.Root, "docs", "workflow-examples.md");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, table.ToString());
        File.ReadAllText(path).ShouldBe(table.ToString());
    }

    private static string Text(ProposedParameter parameter) => parameter.Advanced ? $"[{parameter.Name}]" : parameter.Name;
}
