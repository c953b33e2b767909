namespace LockNGen.RealtimeGateway.Connections;

/// <summary>When a client last sent something, and what follows from it. <see cref="Look"/> is called by one thread at a time.</summary>
internal sealed class Liveness(ConnectionOptions options, TimeProvider clock)
{
    private long _lastReceived = clock.GetTimestamp();
    private long _pingedAt;

    /// <summary>Any bytes from the client prove that it is alive, not only a pong.</summary>
    public void Received() => Volatile.Write(ref _lastReceived, clock.GetTimestamp());

    /// <summary>What to do now; <see cref="LivenessAction.Ping"/> counts as done.</summary>
    /// <param name="answersPings">Whether the client answers pings, so that silence means that it is gone.</param>
    public LivenessAction Look(bool answersPings)
    {
        var now = clock.GetTimestamp();
        var received = Volatile.Read(ref _lastReceived);
        if (_pingedAt > received && answersPings)
            return clock.GetElapsedTime(_pingedAt, now) >= options.PongTimeout ? LivenessAction.Close : LivenessAction.None;
        if (clock.GetElapsedTime(Math.Max(received, _pingedAt), now) < options.PingInterval)
            return LivenessAction.None;
        _pingedAt = now;
        return LivenessAction.Ping;
    }
}

/// <summary>What to do about a client, depending on how long it has been silent.</summary>
internal enum LivenessAction
{
    None,
    Ping,
    Close,
}
