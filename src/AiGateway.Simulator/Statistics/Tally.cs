using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace AiGateway.Simulator.Statistics;

/// <summary>Counts by name.</summary>
internal sealed class Tally
{
    // A fuzz test invents names; they end in one bucket then.
    private const int MaxNames = 10_000;

    private readonly ConcurrentDictionary<string, StrongBox<long>> _counts = new(StringComparer.Ordinal);

    public void Add(string name)
    {
        if (!_counts.TryGetValue(name, out var count))
            count = _counts.GetOrAdd(_counts.Count < MaxNames ? name : "_other", static _ => new StrongBox<long>());
        Interlocked.Increment(ref count.Value);
    }

    public void Reset() => _counts.Clear();

    public void Write(Utf8JsonWriter json, string member)
    {
        json.WriteStartObject(member);
        foreach (var (name, count) in _counts.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            json.WriteNumber(name, Interlocked.Read(ref count.Value));
        json.WriteEndObject();
    }
}
