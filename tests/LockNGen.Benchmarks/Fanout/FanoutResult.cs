using System.Globalization;

namespace LockNGen.Benchmarks.Fanout;

/// <summary>What a server did in one window.</summary>
/// <param name="Deliveries">Messages that reached clients.</param>
/// <param name="Missing">Messages that did not.</param>
/// <param name="Disorder">Messages that came after a later one of theirs.</param>
/// <param name="Cpu">Processor time of the server's process.</param>
/// <param name="P50">Half of the messages came sooner after their publication, in milliseconds.</param>
/// <param name="P99">99 % came sooner, in milliseconds.</param>
internal sealed record FanoutResult(long Deliveries, long Missing, long Disorder, TimeSpan Cpu, double P50, double P99)
{
    public double CpuMicrosecondsPerDelivery => Cpu.TotalMicroseconds / Math.Max(1, Deliveries);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{CpuMicrosecondsPerDelivery,6:0.0} us CPU per delivery, p50 {P50,6:0.0} ms, p99 {P99,6:0.0} ms, {Missing} missing, {Disorder} out of order");
}
