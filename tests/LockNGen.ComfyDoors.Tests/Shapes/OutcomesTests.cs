using LockNGen.ComfyDoors.Shapes;
using LockNGen.Contracts;

namespace LockNGen.ComfyDoors.Tests.Shapes;

/// <summary>An error as ComfyUI reports it.</summary>
public sealed class OutcomesTests
{
    [Theory]
    [InlineData(GenerationErrorCodes.NodeError, "ValueError: boom", "ValueError", "boom\n")]
    [InlineData(GenerationErrorCodes.NodeError, "requests.exceptions.Timeout: a: b\nc", "requests.exceptions.Timeout", "a: b\nc\n")]
    [InlineData(GenerationErrorCodes.NodeError, "Could not load: no such file", "RuntimeError", "Could not load: no such file\n")]
    [InlineData(GenerationErrorCodes.OutOfMemory, "torch.OutOfMemoryError: too much\n\nTIPS", "torch.OutOfMemoryError", "too much\n\nTIPS")]
    [InlineData(GenerationErrorCodes.NodeError, "KeyError", "KeyError", "\n")]
    public void Error_HasTypeAndMessageApart(string code, string message, string type, string told)
    {
        var data = Outcomes.Of(Guid.Empty, GenerationStatus.Failed, new GenerationError { Code = code, Message = message }, [], DateTimeOffset.UnixEpoch).Data;

        data["exception_type"]!.ToString().ShouldBe(type);
        data["exception_message"]!.ToString().ShouldBe(told);
    }
}
