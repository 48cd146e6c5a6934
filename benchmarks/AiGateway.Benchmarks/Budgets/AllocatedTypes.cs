using System.Collections.Concurrent;
using System.Diagnostics.Tracing;

namespace AiGateway.Benchmarks.Budgets;

/// <summary>Which types the process allocates, from the runtime's own samples (one per about 100 KB): says where a budget went.</summary>
internal sealed class AllocatedTypes : EventListener
{
    private const int Shown = 25;
    private const EventKeywords GarbageCollection = (EventKeywords)0x1;

    private readonly ConcurrentDictionary<string, long> _bytes = new(StringComparer.Ordinal);

    /// <summary>Prints the share of the largest.</summary>
    public void Print()
    {
        var all = Math.Max(1, _bytes.Values.Sum());
        foreach (var (type, bytes) in _bytes.OrderByDescending(pair => pair.Value).Take(Shown))
        {
            Console.WriteLine($"{100.0 * bytes / all,6:0.0} %  {type}");
        }
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "Microsoft-Windows-DotNETRuntime")
        {
            EnableEvents(eventSource, EventLevel.Verbose, GarbageCollection);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName is { } name && name.StartsWith("GCAllocationTick", StringComparison.Ordinal)
            && eventData.PayloadNames!.IndexOf("TypeName") is var at and >= 0
            && eventData.PayloadNames.IndexOf("AllocationAmount64") is var amount and >= 0)
        {
            var bytes = Convert.ToInt64(eventData.Payload![amount]);
            _bytes.AddOrUpdate((string)eventData.Payload[at]!, bytes, (_, sum) => sum + bytes);
        }
    }
}
