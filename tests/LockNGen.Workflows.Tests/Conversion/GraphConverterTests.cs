using LockNGen.Workflows.Conversion;
using LockNGen.Workflows.Editor;

namespace LockNGen.Workflows.Tests.Conversion;

public class GraphConverterTests
{
    public static TheoryData<string> Examples => [.. RealWorkflows.Names];

    [Theory]
    [MemberData(nameof(Examples))]
    public void Convert_RealWorkflow_IsWhatTheEditorSent(string name)
    {
        var (editor, prompt) = RealWorkflows.Read(name);

        var converted = GraphConverter.Convert(EditorWorkflow.Read(editor), RealWorkflows.Definitions);

        PromptComparison.Differences(prompt, converted, RealWorkflows.Definitions).ShouldBeEmpty();
    }
}
