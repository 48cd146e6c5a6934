using System.Collections.Concurrent;

namespace AiGateway.Configuration;

/// <summary>The values of a tag that sums are kept by. Bounded: callers choose them, and each has rows of its own.</summary>
internal sealed class TagState
{
    /// <summary>Most values since the start; further ones are summed as <see cref="Other"/>.</summary>
    public const int MostValues = 1_000;

    /// <summary>In place of values beyond the bound.</summary>
    public const string Other = "_other";

    private readonly ConcurrentDictionary<string, bool> _values = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>The value under which one is summed.</summary>
    public string Bounded(string value)
    {
        if (_values.ContainsKey(value))
        {
            return value;
        }
        if (Volatile.Read(ref _count) >= MostValues)
        {
            return Other;
        }
        if (_values.TryAdd(value, true))
        {
            Interlocked.Increment(ref _count);
        }
        return value;
    }
}
