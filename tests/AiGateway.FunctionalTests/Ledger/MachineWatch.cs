using System.Collections.Concurrent;
using System.Diagnostics;

namespace AiGateway.FunctionalTests.Ledger;

/// <summary>Notes what the machine itself holds up: how late a sleeping thread wakes, and how long a small write to a disk takes until it is there.</summary>
internal sealed class MachineWatch : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly ConcurrentQueue<(long Began, long Ended, TimeSpan Held)> _late = new();
    private readonly ConcurrentQueue<(long Began, long Ended, TimeSpan Held)> _written = new();
    private readonly string _file;
    private readonly Thread[] _threads;
    private volatile bool _isOver;

    /// <summary>Begins.</summary>
    /// <param name="folder">A folder on the disk.</param>
    public MachineWatch(string folder)
    {
        _file = Path.Combine(folder, "machine-watch");
        _threads = [new Thread(Sleep) { IsBackground = true }, new Thread(Write) { IsBackground = true }];
        Array.ForEach(_threads, static thread => thread.Start());
    }

    /// <summary>The longest that a thread woke too late, and the longest that a write took, of what was under way between two instants.</summary>
    public (TimeSpan Late, TimeSpan Write) Between(long from, long to) => (Longest(_late, from, to), Longest(_written, from, to));

    /// <inheritdoc/>
    public void Dispose()
    {
        _isOver = true;
        Array.ForEach(_threads, static thread => thread.Join());
    }

    private static TimeSpan Longest(ConcurrentQueue<(long Began, long Ended, TimeSpan Held)> all, long from, long to) =>
        all.Where(one => one.Ended >= from && one.Began <= to).Select(static one => one.Held).DefaultIfEmpty().Max();

    private void Sleep()
    {
        while (!_isOver)
        {
            var began = Stopwatch.GetTimestamp();
            Thread.Sleep(Pause);
            var ended = Stopwatch.GetTimestamp();
            _late.Enqueue((began, ended, Stopwatch.GetElapsedTime(began, ended) - Pause));
        }
    }

    private void Write()
    {
        using var file = File.OpenHandle(_file, FileMode.Create, FileAccess.Write);
        for (var length = 0L; !_isOver; length += 512)
        {
            var began = Stopwatch.GetTimestamp();
            RandomAccess.Write(file, new byte[512], length);
            RandomAccess.FlushToDisk(file);
            var ended = Stopwatch.GetTimestamp();
            _written.Enqueue((began, ended, Stopwatch.GetElapsedTime(began, ended)));
            Thread.Sleep(Pause);
        }
    }
}
