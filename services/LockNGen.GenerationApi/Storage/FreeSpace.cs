using Microsoft.Extensions.Options;

namespace LockNGen.GenerationApi.Storage;

/// <summary>
/// How much free space the data directory's disk has. Below the floor uploads are refused: the rest is for results and for the database, without
/// which no accepted generation could be finished.
/// </summary>
internal sealed class FreeSpace(IOptions<StorageOptions> options, IOptions<S3Options> s3)
{
    private readonly string _path = Path.GetFullPath(options.Value.DataPath);

    /// <summary>Bytes that may be written; unlimited if the disk does not report it.</summary>
    public long Bytes
    {
        get
        {
            try
            {
                Directory.CreateDirectory(_path);
                return new DriveInfo(_path).AvailableFreeSpace;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return long.MaxValue;
            }
        }
    }

    /// <summary>Object storage has no floor.</summary>
    public bool HasRoom() => options.Value.MinFreeBytes == 0 || s3.Value.IsUsed || Bytes >= options.Value.MinFreeBytes;
}
