namespace LockNGen.FaultTests.Faults;

/// <summary>A fault that was.</summary>
/// <param name="Fault">What it was.</param>
/// <param name="BrokenAt">When it began.</param>
/// <param name="MendedAt">When it was mended.</param>
internal sealed record FaultRecord(Fault Fault, DateTimeOffset BrokenAt, DateTimeOffset MendedAt);

/// <summary>How a round of faults was got over.</summary>
/// <param name="Kind">The kind of its fault, or that it had two.</param>
/// <param name="Seconds">From the last mending until everything was ready and a probe was rendered; null when that took too long.</param>
/// <param name="Faults">What they were.</param>
internal sealed record Recovery(string Kind, double? Seconds, string Faults);
