namespace LockNGen.Messaging;

/// <summary>The broker could not put an event into one of its queues.</summary>
/// <param name="times">How many times that has happened to it.</param>
internal sealed class EventRefusedException(int times) : IOException("the broker could not take an event")
{
    /// <summary>How many times that has happened to it.</summary>
    public int Times => times;
}
