using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AiGateway.LoadTest.Native;

/// <summary>One epoll set, edge-triggered, used from one thread.</summary>
internal sealed class EventLoop : IDisposable
{
    private const int MaxEvents = 512;

    // struct epoll_event is packed on x86-64 only (sys/epoll.h, __EPOLL_PACKED).
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int Stride = DataOffset + 8;

    private readonly int _epoll;
    private readonly byte[] _events = GC.AllocateArray<byte>(MaxEvents * 16, pinned: true);
    private readonly byte[] _one = GC.AllocateArray<byte>(16, pinned: true);

    public EventLoop()
    {
        _epoll = Libc.EpollCreate(0);
        if (_epoll < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Watches <paramref name="descriptor"/> and reports <paramref name="token"/> with its events.</summary>
    public void Add(int descriptor, int events, long token)
    {
        Unsafe.WriteUnaligned(ref _one[0], events);
        Unsafe.WriteUnaligned(ref _one[DataOffset], token);
        if (Libc.EpollControl(_epoll, Libc.EpollAdd, descriptor, ref _one[0]) < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Waits at most <paramref name="timeoutMilliseconds"/>; the count of events, to be read with <see cref="Get"/>.</summary>
    public int Wait(int timeoutMilliseconds)
    {
        var count = Libc.EpollWait(_epoll, ref _events[0], MaxEvents, timeoutMilliseconds);
        if (count >= 0)
        {
            return count;
        }
        var error = Marshal.GetLastPInvokeError();
        return error == Libc.Interrupted ? 0 : throw new Win32Exception(error);
    }

    /// <summary>Event number <paramref name="index"/> of the last wait.</summary>
    public (int Events, long Token) Get(int index)
    {
        ref var start = ref _events[index * Stride];
        return (Unsafe.ReadUnaligned<int>(ref start), Unsafe.ReadUnaligned<long>(ref Unsafe.Add(ref start, DataOffset)));
    }

    public void Dispose() => _ = Libc.Close(_epoll);
}
