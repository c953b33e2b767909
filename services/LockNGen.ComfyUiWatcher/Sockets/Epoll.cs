using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LockNGen.ComfyUiWatcher.Sockets;

/// <summary>What happened to a socket since it was last reported.</summary>
[Flags]
internal enum SocketNews : uint
{
    None = 0,
    Readable = 0x1,
    Writable = 0x4,
    Error = 0x8,
    HungUp = 0x10,
    EndOfInput = 0x2000,
}

/// <summary>Linux's epoll, edge-triggered. Closing a socket removes it.</summary>
internal sealed partial class Epoll : IDisposable
{
    private const int Most = 256;
    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const uint EdgeTriggered = 1u << 31;
    private const uint All = (uint)(SocketNews.Readable | SocketNews.Writable | SocketNews.EndOfInput) | EdgeTriggered;

    /// <summary>The structure is packed on x86 only.</summary>
    private static readonly int IdAt = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? 4 : 8;

    private static readonly int EventSize = IdAt + sizeof(long);

    private readonly SafeFileHandle _handle;
    private readonly byte[] _events = new byte[Most * EventSize];

    public Epoll() => _handle = new SafeFileHandle(Checked(Create(CloseOnExec)), ownsHandle: true);

    /// <summary>Reports the socket from now on, first what is already the case.</summary>
    public void Watch(SafeHandle socket, long id)
    {
        Span<byte> wanted = stackalloc byte[EventSize];
        BitConverter.TryWriteBytes(wanted, All);
        BitConverter.TryWriteBytes(wanted[IdAt..], id);
        Checked(Control(_handle, Add, socket, wanted));
    }

    /// <summary>Waits until there is news; returns of how many sockets.</summary>
    public int Wait()
    {
        var count = Wait(_handle, _events, Most, timeout: -1);
        // A signal ends the wait early.
        return Math.Max(count, 0);
    }

    /// <summary>What the last <see cref="Wait()"/> found.</summary>
    public (long Id, SocketNews News) this[int index]
    {
        get
        {
            var found = _events.AsSpan(index * EventSize);
            return (BitConverter.ToInt64(found[IdAt..]), (SocketNews)BitConverter.ToUInt32(found));
        }
    }

    public void Dispose() => _handle.Dispose();

    private static int Checked(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(SafeHandle epoll, int operation, SafeHandle socket, Span<byte> wanted);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Wait(SafeHandle epoll, Span<byte> events, int most, int timeout);
}
