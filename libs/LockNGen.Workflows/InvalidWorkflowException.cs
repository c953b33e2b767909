namespace LockNGen.Workflows;

/// <summary>What was given is no workflow, or one that cannot be read; the message says why, for the person who gave it.</summary>
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
