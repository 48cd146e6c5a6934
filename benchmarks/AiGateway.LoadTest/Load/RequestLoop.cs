using System.Diagnostics;
using System.Text;
using AiGateway.LoadTest.Http;
using AiGateway.LoadTest.Measuring;
using AiGateway.LoadTest.Native;

namespace AiGateway.LoadTest.Load;

/// <summary>Sends requests on one thread until the window is over, then waits for what is in flight.</summary>
/// <remarks>
/// Closed loop (no rate): every connection sends its next request as soon as it has its answer.
/// Open loop (a rate): requests are due at fixed times whatever the target does, and latency counts from the time a request was
/// due, not from when it could be sent. A target that stalls is charged for all requests that its stall delayed
/// ("coordinated omission", Gil Tene).
/// </remarks>
internal sealed class RequestLoop : IDisposable
{
    private const long TimerToken = -1;
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(10);

    private readonly LoadPlan _plan;
    private readonly EventLoop _loop = new();
    private readonly byte[] _buffer = GC.AllocateArray<byte>(256 * 1024, pinned: true);
    private readonly LoadConnection[] _connections;
    private readonly TimeSpan? _interval;
    private readonly Stack<LoadConnection> _idle = new();
    private readonly Queue<long> _waiting = new();
    private readonly LoadResult _result = new();
    private PeriodicTimerDescriptor? _timer;
    private long _scheduled;
    private long _start;
    private long _windowStart;
    private long _windowEnd;
    private bool _measuring;
    private bool _stopping;
    private int _inFlight;

    private RequestLoop(LoadPlan plan, double? requestsPerSecond)
    {
        _plan = plan;
        _connections = new LoadConnection[plan.Connections];
        for (var i = 0; i < _connections.Length; i++)
        {
            _connections[i] = new LoadConnection(_loop, plan.Target, i, plan.Requests);
        }
        if (requestsPerSecond is { } rate)
        {
            _interval = TimeSpan.FromSeconds(1 / rate);
        }
    }

    /// <summary>Runs a closed loop.</summary>
    public static LoadResult RunClosed(LoadPlan plan)
    {
        using var loop = new RequestLoop(plan, null);
        return loop.Run();
    }

    /// <summary>Runs an open loop.</summary>
    public static LoadResult RunOpen(LoadPlan plan, double requestsPerSecond)
    {
        using var loop = new RequestLoop(plan, requestsPerSecond);
        return loop.Run();
    }

    private LoadResult Run()
    {
        foreach (var connection in _connections)
        {
            connection.Connect();
        }
        _start = Stopwatch.GetTimestamp();
        if (_interval is { } interval)
        {
            // Armed right after the start, so that each expiration falls just behind a due time and not up to an interval later.
            _timer = new PeriodicTimerDescriptor(interval);
            _loop.Add(_timer.Descriptor, Libc.EpollIn | Libc.EpollEdge, TimerToken);
        }
        _windowStart = _start + (long)(_plan.Ramp.TotalSeconds * Stopwatch.Frequency);
        _windowEnd = _windowStart + (long)(_plan.Duration.TotalSeconds * Stopwatch.Frequency);
        foreach (var connection in _connections)
        {
            Free(connection);
        }

        var cpuAtStart = Array.Empty<double>();
        while (!_stopping)
        {
            ProcessEvents();
            var now = Stopwatch.GetTimestamp();
            if (!_measuring && now >= _windowStart)
            {
                cpuAtStart = [.. _plan.Watched.Select(ProcessUsage.CpuMicroseconds)];
                _windowStart = now;
                _measuring = true;
            }
            if (_timer is not null)
            {
                SendDue(now);
            }
            if (now >= _windowEnd)
            {
                _stopping = true;
                _measuring = false;
                _result.Duration = Stopwatch.GetElapsedTime(_windowStart, now);
                _result.CpuMicroseconds = [.. _plan.Watched.Select((id, i) => ProcessUsage.CpuMicroseconds(id) - cpuAtStart[i])];
            }
        }
        Drain();
        return _result;
    }

    private void Drain()
    {
        var deadline = Stopwatch.GetTimestamp() + (long)(DrainLimit.TotalSeconds * Stopwatch.Frequency);
        while (_inFlight > 0 && Stopwatch.GetTimestamp() < deadline)
        {
            ProcessEvents();
        }
        if (_inFlight > 0)
        {
            _result.AddError($"{_inFlight} requests had no answer {DrainLimit.TotalSeconds} s after the end");
            _result.Errors += _inFlight - 1;
        }
    }

    private void ProcessEvents()
    {
        var count = _loop.Wait(100);
        for (var i = 0; i < count; i++)
        {
            var (events, token) = _loop.Get(i);
            if (token == TimerToken)
            {
                _timer!.Acknowledge();
            }
            else
            {
                Process(_connections[token], events);
            }
        }
    }

    private void Process(LoadConnection connection, int events)
    {
        if ((events & Libc.EpollOut) != 0 && connection.IsBusy)
        {
            if (connection.ContinueSending() == SendOutcome.Broken)
            {
                Break(connection);
                return;
            }
            if (connection.CompletesAfterSend())
            {
                Complete(connection);
                return;
            }
        }
        if ((events & ~Libc.EpollOut) != 0)
        {
            switch (connection.Receive(_buffer))
            {
                case ReceiveOutcome.Complete:
                    Complete(connection);
                    break;
                case ReceiveOutcome.Broken:
                    Break(connection);
                    break;
                default:
                    break;
            }
        }
    }

    private void Complete(LoadConnection connection)
    {
        _inFlight--;
        var reader = connection.Reader;
        if (IsRight(reader))
        {
            _result.AnsweredInAll++;
            if (_measuring)
            {
                _result.Completed++;
                _result.Latencies.Record((long)Stopwatch.GetElapsedTime(connection.DueAt).TotalNanoseconds);
            }
        }
        else
        {
            _result.AddError($"status {reader.Status} with a body of {reader.BodyLength} bytes, expected 200 with {_plan.ExpectedBodyLength} and '{Encoding.ASCII.GetString(_plan.ExpectedHead)}' in the head");
        }
        if (reader.ClosesConnection)
        {
            connection.Connect();
        }
        Free(connection);
    }

    private bool IsRight(ResponseReader reader) => reader.Status == 200
        && (_plan.ExpectedBodyLength is not { } expected || reader.BodyLength == expected)
        && reader.Head.IndexOf(_plan.ExpectedHead) >= 0;

    private void Break(LoadConnection connection)
    {
        if (connection.IsBusy)
        {
            _inFlight--;
            _result.AddError("a connection was closed, or the bytes on it were not one HTTP response");
            connection.Connect();
            Free(connection);
        }
        else
        {
            // Closed while idle, which a server may do; it stays in the stack of idle ones.
            connection.Connect();
        }
    }

    private void Free(LoadConnection connection)
    {
        if (_stopping)
        {
            return;
        }
        if (_interval is null)
        {
            Send(connection, Stopwatch.GetTimestamp());
        }
        else if (_waiting.TryDequeue(out var dueAt))
        {
            Send(connection, dueAt);
        }
        else
        {
            _idle.Push(connection);
        }
    }

    private void SendDue(long now)
    {
        for (var due = DueTime(); due <= now && due < _windowEnd; due = DueTime())
        {
            _scheduled++;
            if (_idle.TryPop(out var connection))
            {
                Send(connection, due);
            }
            else
            {
                _result.Queued++;
                _waiting.Enqueue(due);
            }
        }
    }

    private long DueTime() => _start + (long)(_scheduled * _interval!.Value.TotalSeconds * Stopwatch.Frequency);

    private void Send(LoadConnection connection, long dueAt)
    {
        _inFlight++;
        if (connection.Begin(dueAt) == SendOutcome.Broken)
        {
            Break(connection);
        }
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }
        _timer?.Dispose();
        _loop.Dispose();
    }
}
