using System.ComponentModel;
using System.Runtime.InteropServices;

namespace AiGateway.LoadTest.Native;

/// <summary>A timerfd: epoll's own time-out has a resolution of 1 ms, too coarse for a fixed rate of 1,000 requests/s.</summary>
internal sealed class PeriodicTimerDescriptor : IDisposable
{
    public PeriodicTimerDescriptor(TimeSpan interval)
    {
        Descriptor = Libc.TimerCreate(Libc.ClockMonotonic, Libc.NonBlocking);
        var nanoseconds = (long)interval.TotalNanoseconds;
        var spec = new Libc.TimerSpec
        {
            IntervalSeconds = nanoseconds / 1_000_000_000,
            IntervalNanoseconds = nanoseconds % 1_000_000_000,
            FirstSeconds = nanoseconds / 1_000_000_000,
            FirstNanoseconds = nanoseconds % 1_000_000_000,
        };
        if (Descriptor < 0 || Libc.TimerSet(Descriptor, 0, ref spec, 0) < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>The file descriptor, for the event loop.</summary>
    public int Descriptor { get; }

    /// <summary>Takes the expirations since the last call, so that the timer reports again.</summary>
    public void Acknowledge()
    {
        long expirations = 0;
        _ = Libc.Read(Descriptor, ref expirations, sizeof(long));
    }

    public void Dispose() => _ = Libc.Close(Descriptor);
}
