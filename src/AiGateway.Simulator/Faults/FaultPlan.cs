using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace AiGateway.Simulator.Faults;

/// <summary>Decides which fault, if any, strikes a request: the header's, else the model name's, else the one in force for the process.</summary>
internal sealed class FaultPlan
{
    private const int MaxRemembered = 1000;

    private readonly ConcurrentDictionary<string, Fault> _parsed = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, StrongBox<long>> _occurrences = new(StringComparer.Ordinal);
    private readonly ulong _seed;
    private Fault? _processWide;

    public FaultPlan(SimulatorOptions options)
    {
        _seed = (ulong)options.Seed;
        if (options.Fault is { } written)
            _processWide = FaultParser.Parse(written);
    }

    /// <summary>The fault in force for requests that name none; null when there is none.</summary>
    public Fault? ProcessWide => Volatile.Read(ref _processWide);

    /// <summary>Sets or, with null, lifts the fault in force. Its occurrences are counted anew.</summary>
    public void Set(string? written)
    {
        var fault = string.IsNullOrWhiteSpace(written) ? null : FaultParser.Parse(written);
        if (fault is not null)
            _occurrences.TryRemove(fault.Written, out _);
        Volatile.Write(ref _processWide, fault);
    }

    /// <summary>Counts occurrences anew; the fault in force stays.</summary>
    public void ResetOccurrences() => _occurrences.Clear();

    /// <summary>The fault that strikes this request, or null.</summary>
    /// <exception cref="FormatException">What the caller wrote is no fault.</exception>
    public Fault? For(string? header, string? ofModel)
    {
        var fault = header is not null ? Parsed(header) : ofModel is not null ? Parsed(ofModel) : ProcessWide;
        if (fault is null or { Share: >= 1, First: null })
            return fault;

        var counter = _occurrences.GetOrAdd(fault.Written, static _ => new StrongBox<long>());
        var number = Interlocked.Increment(ref counter.Value);
        if (number > fault.First)
            return null;
        return Hashing.Unit(Hashing.Mix(Hashing.Of(fault.Written, _seed) + (ulong)number)) < fault.Share ? fault : null;
    }

    /// <summary>The written form of a JSON object such as <c>{"status":503,"share":0.5}</c>; null when it is empty.</summary>
    public static string? Written(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        var items = new List<string>();
        foreach (var member in value.EnumerateObject())
        {
            switch (member.Value.ValueKind)
            {
                case JsonValueKind.True:
                    items.Add(member.Name);
                    break;
                case JsonValueKind.Array:
                    items.Add($"{member.Name}={string.Join(',', member.Value.EnumerateArray())}");
                    break;
                case JsonValueKind.Number or JsonValueKind.String when member.Name == "fault":
                    items.Add(member.Value.ToString());
                    break;
                case JsonValueKind.Number or JsonValueKind.String:
                    items.Add($"{member.Name}={member.Value}");
                    break;
                default:
                    break;
            }
        }
        return items.Count == 0 ? null : string.Join(',', items);
    }

    private Fault Parsed(string written)
    {
        if (_parsed.TryGetValue(written, out var fault))
            return fault;
        fault = FaultParser.Parse(written);
        if (_parsed.Count < MaxRemembered)
            _parsed.TryAdd(written, fault);
        return fault;
    }
}
