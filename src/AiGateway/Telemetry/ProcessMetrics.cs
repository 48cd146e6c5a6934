using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace AiGateway.Telemetry;

/// <summary>The process under the names that Prometheus's own libraries use. Collections, heap and thread pool are the runtime's own meter, <see cref="MetricDefinitions.Runtime"/>.</summary>
internal sealed class ProcessMetrics
{
    private const string OpenFiles = "/proc/self/fd";

    public ProcessMetrics(IMeterFactory factory)
    {
        var meter = factory.GatewayMeter;
        using var process = Process.GetCurrentProcess();
        var startedAt = new DateTimeOffset(process.StartTime.ToUniversalTime()).ToUnixTimeMilliseconds() / 1000.0;
        meter.Observe(MetricDefinitions.ProcessCpu, static () => Environment.CpuUsage.TotalTime.TotalSeconds);
        meter.Observe(MetricDefinitions.ProcessResidentMemory, static () => Environment.WorkingSet);
        meter.Observe(MetricDefinitions.ProcessVirtualMemory, static () => Read(static process => process.VirtualMemorySize64));
        meter.Observe(MetricDefinitions.ProcessStartTime, () => startedAt);
        meter.Observe(MetricDefinitions.ProcessThreads, static () => Read(static process => process.Threads.Count));
        if (Directory.Exists(OpenFiles))
        {
            meter.Observe(MetricDefinitions.ProcessOpenFds, static () => (long)Directory.EnumerateFileSystemEntries(OpenFiles).Count());
        }
    }

    private static long Read(Func<Process, long> read)
    {
        using var process = Process.GetCurrentProcess();
        return read(process);
    }
}
