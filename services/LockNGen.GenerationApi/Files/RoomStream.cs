using LockNGen.GenerationApi.Storage;

namespace LockNGen.GenerationApi.Files;

/// <summary>Reads another stream for as long as there is room where it goes: the disk may fill while a large file comes, by this one or by others.</summary>
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
