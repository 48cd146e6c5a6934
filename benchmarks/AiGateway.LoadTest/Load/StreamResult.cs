using AiGateway.LoadTest.Measuring;

namespace AiGateway.LoadTest.Load;

/// <summary>What a run of many streams saw.</summary>
internal sealed class StreamResult
{
    /// <summary>Streams that ended whole: every event in order, a finish reason, <c>[DONE]</c>, and the end of the HTTP body.</summary>
    public int Whole { get; set; }

    /// <summary>Everything that was not as the upstream sent it.</summary>
    public long Errors { get; private set; }

    /// <summary>The first error in words; null without errors.</summary>
    public string? FirstError { get; private set; }

    /// <summary>SSE comments.</summary>
    public long Comments { get; set; }

    /// <summary>Most streams that were open at once.</summary>
    public int MostOpen { get; set; }

    /// <summary>From the upstream's write to our read, per event, in ns.</summary>
    public LatencyHistogram Delays { get; } = new();

    /// <summary>Largest resident set of the watched process in bytes, sampled once a second.</summary>
    public long PeakResidentBytes { get; set; }

    /// <summary>CPU of the watched process over the whole run, in µs.</summary>
    public double CpuMicroseconds { get; set; }

    /// <summary>Length of the run.</summary>
    public TimeSpan Duration { get; set; }

    /// <summary>Counts an error and keeps the first one's words.</summary>
    public void AddError(string description)
    {
        Errors++;
        FirstError ??= description;
    }
}
