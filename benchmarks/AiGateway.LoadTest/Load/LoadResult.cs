using AiGateway.LoadTest.Measuring;

namespace AiGateway.LoadTest.Load;

/// <summary>What one measured window saw.</summary>
internal sealed class LoadResult
{
    /// <summary>Length of the window.</summary>
    public TimeSpan Duration { get; set; }

    /// <summary>Right answers within the window.</summary>
    public long Completed { get; set; }

    /// <summary>Answers with another status or length, and broken connections, from the first request to the last.</summary>
    public long Errors { get; set; }

    /// <summary>The first error in words; null without errors.</summary>
    public string? FirstError { get; set; }

    /// <summary>Right answers from the first request to the last, also outside the window.</summary>
    public long AnsweredInAll { get; set; }

    /// <summary>Requests of an open loop that had to wait for a free connection.</summary>
    public long Queued { get; set; }

    /// <summary>Latencies in ns within the window.</summary>
    public LatencyHistogram Latencies { get; } = new();

    /// <summary>CPU used within the window by each watched process, in µs, in the order they were named.</summary>
    public double[] CpuMicroseconds { get; set; } = [];

    /// <summary>Answers per second.</summary>
    public double RequestsPerSecond => Completed / Duration.TotalSeconds;

    /// <summary>CPU of watched process <paramref name="index"/> per answer, in µs.</summary>
    public double CpuPerRequest(int index) => CpuMicroseconds[index] / Math.Max(1, Completed);

    /// <summary>Counts an error and keeps the first one's words.</summary>
    public void AddError(string description)
    {
        Errors++;
        FirstError ??= description;
    }
}
