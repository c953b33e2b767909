using LockNGen.GenerationApi.Storage;

namespace LockNGen.GenerationApi.Files;

/// <summary>Reads another stream while there is room for it: the disk may fill up while a large file arrives.</summary>
internal sealed class RoomStream(Stream inner, FreeSpace space, Func<Exception> noRoom) : ReadThroughStream(inner)
{
    private const int Between = 8 << 20;

    private long _checkedAt;

    protected override void BeforeRead()
    {
        if (Position - _checkedAt < Between)
            return;
        _checkedAt = Position;
        if (!space.HasRoom())
            throw noRoom();
    }
}
