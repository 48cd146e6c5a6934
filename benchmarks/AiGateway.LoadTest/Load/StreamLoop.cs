using System.Diagnostics;
using System.Net;
using AiGateway.LoadTest.Measuring;
using AiGateway.LoadTest.Native;

namespace AiGateway.LoadTest.Load;

/// <summary>Opens many streams, evenly over a ramp, and follows each to its end, on one thread.</summary>
internal sealed class StreamLoop : IDisposable
{
    private const long TimerToken = -1;

    private readonly EventLoop _loop = new();
    private readonly byte[] _buffer = GC.AllocateArray<byte>(64 * 1024, pinned: true);
    private readonly LoadConnection[] _connections;
    private readonly StreamSink[] _sinks;
    private readonly StreamResult _result = new();
    private readonly int _events;
    private int _opened;
    private int _open;

    private StreamLoop(IPEndPoint target, byte[] request, int streams, int events)
    {
        _events = events;
        var requests = new SameRequest(request);
        _sinks = [.. Enumerable.Range(0, streams).Select(_ => new StreamSink(_result))];
        _connections = [.. _sinks.Select((sink, i) => new LoadConnection(_loop, target, i, requests, sink))];
    }

    /// <summary>Runs <paramref name="streams"/> streams of <paramref name="events"/> events each.</summary>
    /// <param name="target">Where requests go.</param>
    /// <param name="request">The bytes of each request.</param>
    /// <param name="streams">How many streams.</param>
    /// <param name="events">Numbered events that each must bring.</param>
    /// <param name="ramp">Time over which they are opened.</param>
    /// <param name="limit">Time after which what has not ended is an error.</param>
    /// <param name="watched">Process whose memory and CPU are measured.</param>
    public static StreamResult Run(IPEndPoint target, byte[] request, int streams, int events, TimeSpan ramp, TimeSpan limit, int watched)
    {
        using var loop = new StreamLoop(target, request, streams, events);
        return loop.Run(ramp, limit, watched);
    }

    private StreamResult Run(TimeSpan ramp, TimeSpan limit, int watched)
    {
        using var timer = new PeriodicTimerDescriptor(TimeSpan.FromMilliseconds(5));
        _loop.Add(timer.Descriptor, Libc.EpollIn | Libc.EpollEdge, TimerToken);
        var start = Stopwatch.GetTimestamp();
        var cpuAtStart = ProcessUsage.CpuMicroseconds(watched);
        var nextSample = TimeSpan.Zero;
        while (_opened < _connections.Length || _open > 0)
        {
            var elapsed = Stopwatch.GetElapsedTime(start);
            if (elapsed > limit)
            {
                _result.AddError($"{_open} streams had not ended after {limit.TotalSeconds} s");
                break;
            }
            if (elapsed >= nextSample)
            {
                _result.PeakResidentBytes = Math.Max(_result.PeakResidentBytes, ProcessUsage.ResidentBytes(watched));
                nextSample = elapsed + TimeSpan.FromSeconds(1);
            }
            OpenDue(elapsed / ramp);
            var count = _loop.Wait(100);
            for (var i = 0; i < count; i++)
            {
                var (events, token) = _loop.Get(i);
                if (token == TimerToken)
                {
                    timer.Acknowledge();
                }
                else
                {
                    Process((int)token, events);
                }
            }
        }
        _result.Duration = Stopwatch.GetElapsedTime(start);
        _result.CpuMicroseconds = ProcessUsage.CpuMicroseconds(watched) - cpuAtStart;
        return _result;
    }

    private void OpenDue(double shareOfRamp)
    {
        var due = (int)Math.Min(_connections.Length, Math.Ceiling(shareOfRamp * _connections.Length));
        for (; _opened < due; _opened++)
        {
            var connection = _connections[_opened];
            connection.Connect();
            _result.MostOpen = Math.Max(_result.MostOpen, ++_open);
            // A break here is reported by the event loop as well, where it is counted.
            _ = connection.Begin(0);
        }
    }

    private void Process(int index, int events)
    {
        var connection = _connections[index];
        if (!connection.IsBusy)
        {
            return;
        }
        if ((events & Libc.EpollOut) != 0)
        {
            _ = connection.ContinueSending();
        }
        if ((events & ~Libc.EpollOut) == 0)
        {
            return;
        }
        switch (connection.Receive(_buffer))
        {
            case ReceiveOutcome.Complete:
                Complete(connection, _sinks[index]);
                break;
            case ReceiveOutcome.Broken:
                _result.AddError($"a stream broke after {_sinks[index].Events} events (status {connection.Reader.Status})");
                Close(connection);
                break;
            default:
                break;
        }
    }

    private void Complete(LoadConnection connection, StreamSink sink)
    {
        if (connection.Reader.Status == 200 && sink.Events == _events && sink is { Finished: true, Done: true })
        {
            _result.Whole++;
        }
        else
        {
            _result.AddError($"a stream ended with status {connection.Reader.Status}, {sink.Events} of {_events} events, finish reason {sink.Finished}, [DONE] {sink.Done}");
        }
        Close(connection);
    }

    private void Close(LoadConnection connection)
    {
        _open--;
        connection.Dispose();
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }
        _loop.Dispose();
    }
}
