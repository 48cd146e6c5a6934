using System.Runtime.InteropServices;

namespace AiGateway.LoadTest.Native;

/// <summary>The few Linux calls of the event loop. Linux only, as are the CPU and memory figures from <c>/proc</c>.</summary>
internal static partial class Libc
{
    internal const int EpollIn = 0x001;
    internal const int EpollOut = 0x004;
    internal const int EpollErr = 0x008;
    internal const int EpollHangUp = 0x010;
    internal const int EpollReadHangUp = 0x2000;
    internal const int EpollEdge = unchecked((int)0x80000000);

    internal const int EpollAdd = 1;
    internal const int EpollDelete = 2;

    internal const int DoNotWait = 0x40;
    internal const int NoSignal = 0x4000;

    internal const int ClockMonotonic = 1;
    internal const int NonBlocking = 0x800;

    internal const int Again = 11;
    internal const int Interrupted = 4;

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    internal static partial int EpollCreate(int flags);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    internal static partial int EpollControl(int epoll, int operation, int descriptor, ref byte epollEvent);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    internal static partial int EpollWait(int epoll, ref byte events, int maxEvents, int timeoutMilliseconds);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    internal static partial nint Receive(int descriptor, ref byte buffer, nint length, int flags);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    internal static partial nint Send(int descriptor, ref byte buffer, nint length, int flags);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(int descriptor, ref long buffer, nint length);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int descriptor);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "timerfd_create", SetLastError = true)]
    internal static partial int TimerCreate(int clock, int flags);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "timerfd_settime", SetLastError = true)]
    internal static partial int TimerSet(int descriptor, int flags, ref TimerSpec value, nint oldValue);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int process, int signal);

    /// <summary><c>struct itimerspec</c> on 64-bit systems.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TimerSpec
    {
        public long IntervalSeconds;
        public long IntervalNanoseconds;
        public long FirstSeconds;
        public long FirstNanoseconds;
    }
}
