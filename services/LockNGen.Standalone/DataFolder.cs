using LockNGen.Hosting.Start;

namespace LockNGen.Standalone;

/// <summary>
/// The folder that a Standalone keeps everything in, held by one process at a time: two that dispatch the same rows would render everything
/// twice. The operating system lets go of the lock when the process ends, however it ends.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    // What open() and Windows answer where another process has the file: EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION.
    private static readonly int[] Taken = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream _lock;

    private DataFolder(FileStream held) => _lock = held;

    /// <summary>Creates the folder if need be, and takes it.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="url">Where this process listens, for a process that finds the folder in use.</param>
    /// <exception cref="StartFailureException">Another process has it.</exception>
    public static DataFolder Take(string path, string url)
    {
        Directory.CreateDirectory(path);
        var owner = Path.Combine(path, "lockngen.pid");
        try
        {
            var held = new FileStream(Path.Combine(path, "lockngen.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(owner, $"process {Environment.ProcessId}, at {url}");
            return new DataFolder(held);
        }
        catch (IOException e) when (Taken.Contains(e.HResult) && File.Exists(owner))
        {
            throw new StartFailureException(
                $"The data folder {path} is in use by another LockN Gen ({File.ReadAllText(owner)}). Stop that one, or choose another folder with Standalone__Data (./run --data DIR).");
        }
    }

    public void Dispose() => _lock.Dispose();
}
