using LockNGen.GenerationApi.Files;

namespace LockNGen.GenerationApi.Uploads;

/// <summary>Reads a limited number of bytes from another stream, and fails at the next.</summary>
internal sealed class CappedStream(Stream inner, long max, Func<Exception> tooLong) : ReadThroughStream(inner)
{
    protected override void AfterRead()
    {
        if (Position > max)
            throw tooLong();
    }
}
