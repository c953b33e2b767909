namespace LockNGen.ComfyUiSimulator.Admin;

/// <summary>One open socket.</summary>
/// <param name="ClientId">The id that the client chose or got.</param>
/// <param name="IsRegistered">False if the socket is open, but events for its id go to another one or nowhere.</param>
/// <param name="IsDeaf">Whether it was made deaf on purpose.</param>
/// <param name="FramesSent">Frames written to it.</param>
internal sealed record SocketStatus(string ClientId, bool IsRegistered, bool IsDeaf, long FramesSent);
