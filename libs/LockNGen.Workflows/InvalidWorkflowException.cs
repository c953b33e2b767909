namespace LockNGen.Workflows;

/// <summary>The input is not a workflow, or one that cannot be read; the message explains why to the person who sent it.</summary>
public sealed class InvalidWorkflowException : Exception
{
    public InvalidWorkflowException(string message)
        : base(message)
    {
    }

    public InvalidWorkflowException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public InvalidWorkflowException()
    {
    }
}
