using System.Diagnostics;

namespace LockNGen.IntegrationTests.Start;

/// <summary>A separate disk in memory, to be filled or made read-only. Without permission to mount, the test is skipped.</summary>
internal sealed class SmallDisk : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private SmallDisk(string path) => Path = path;

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    public static SmallDisk Mount()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root can mount a disk.");
        var path = Directory.CreateTempSubdirectory("lockngen-disk-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", "size=64m", "none", path))
            return new SmallDisk(path);
        Directory.Delete(path);
        Assert.Skip("This machine lets nobody mount a disk.");
        return null!;
    }

    /// <summary>Leaves about this many bytes.</summary>
    public void Fill(long leave)
    {
        using var file = File.Create(System.IO.Path.Combine(Path, "ballast"));
        var buffer = new byte[4096];
        while (new DriveInfo(Path).AvailableFreeSpace > leave)
        {
            file.Write(buffer);
            file.Flush();
        }
    }

    public void MakeReadOnly() => Run("mount", "-o", "remount,ro", Path).ShouldBeTrue();

    public void Dispose()
    {
        Run("umount", "--lazy", Path);
        Directory.Delete(Path);
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        return process.WaitForExit(Patience) && process.ExitCode == 0;
    }
}
