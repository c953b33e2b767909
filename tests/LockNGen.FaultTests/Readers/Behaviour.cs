namespace LockNGen.FaultTests.Readers;

/// <summary>How a reader treats its connections.</summary>
internal enum Behaviour
{
    /// <summary>Keeps the connection as long as it holds.</summary>
    Steady,

    /// <summary>Drops it anywhere, and resumes at any replica.</summary>
    Flapping,

    /// <summary>Reads more slowly than events come.</summary>
    Slow,

    /// <summary>Comes in the middle or after the end; sometimes content with a snapshot.</summary>
    Late,

    /// <summary>Changes the replica at every drop.</summary>
    Switching,
}
