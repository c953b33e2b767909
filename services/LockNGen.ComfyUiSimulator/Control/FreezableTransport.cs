using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace LockNGen.ComfyUiSimulator.Control;

/// <summary>A connection that can be made to stop when the server is frozen.</summary>
internal interface IFreezableConnection
{
    void Enable();
}

/// <summary>
/// Freezing the handlers is not enough for WebSockets: the framework would still answer pings, which a stopped
/// process does not do. So an upgraded connection is stopped at the byte level.
/// </summary>
internal sealed class FreezableTransport : IDuplexPipe, IFreezableConnection
{
    private readonly FreezeGate _gate;
    private volatile bool _enabled;

    private FreezableTransport(IDuplexPipe inner, FreezeGate gate)
    {
        _gate = gate;
        Input = new Reader(inner.Input, this);
        Output = new Writer(inner.Output, this);
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public void Enable() => _enabled = true;

    /// <summary>Kestrel connection middleware.</summary>
    public static ConnectionDelegate Wrap(ConnectionDelegate next, FreezeGate gate) => async connection =>
    {
        var original = connection.Transport;
        var freezable = new FreezableTransport(original, gate);
        connection.Transport = freezable;
        connection.Features.Set<IFreezableConnection>(freezable);
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = original;
        }
    };

    private Task PassAsync(CancellationToken cancellationToken) => _enabled ? _gate.WaitAsync(cancellationToken) : Task.CompletedTask;

    private sealed class Reader(PipeReader inner, FreezableTransport owner) : PipeReader
    {
        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            var result = await inner.ReadAsync(cancellationToken);
            if (!result.IsCompleted)
                await owner.PassAsync(cancellationToken);
            return result;
        }

        public override bool TryRead(out ReadResult result)
        {
            if (owner._enabled && owner._gate.IsFrozen)
            {
                result = default;
                return false;
            }

            return inner.TryRead(out result);
        }

        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);
    }

    private sealed class Writer(PipeWriter inner, FreezableTransport owner) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            await owner.PassAsync(cancellationToken);
            return await inner.FlushAsync(cancellationToken);
        }

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);
    }
}
