using System.Runtime.CompilerServices;
using System.Text;

namespace AiGateway.Telemetry;

/// <summary>Finds the series of a set of tags; at most <paramref name="limit"/> of them, and one for all that come after.</summary>
/// <remarks>
/// Two levels. The first compares tag values by reference and takes no lock: <see cref="GatewayMetrics"/> records with the
/// same strings again and again. The second compares what would be written, so that equal tags from other objects, or in
/// another order, meet in one series. The first level is only a cache: when it has grown full (each reload brings new
/// strings) it is emptied. Tags that are no strings, boxed numbers for instance, always take the second.
/// </remarks>
internal sealed class SeriesTable(int limit, Func<ReadOnlyMemory<byte>, Series> create)
{
    private const int Buckets = 1024;
    private const int MostNodes = 16_384;

    /// <summary>The label of the series that takes what is over the limit; the name is OpenTelemetry's (opentelemetry.io/docs/specs/otel/metrics/sdk/#overflow-attribute).</summary>
    private static readonly byte[] OverflowLabel = "otel_metric_overflow=\"true\""u8.ToArray();

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Series> _byLabels = new(StringComparer.Ordinal);
    private readonly List<Series> _all = [];
    private Node?[] _nodes = new Node?[Buckets];
    private int _nodeCount;
    private Series? _untagged;
    private Series? _overflow;
    private long _overflowed;

    /// <summary>Measurements that went to the overflow series.</summary>
    public long Overflowed => Volatile.Read(ref _overflowed);

    /// <summary>The series of <paramref name="tags"/>.</summary>
    public Series Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty && Volatile.Read(ref _untagged) is { } untagged)
        {
            return untagged;
        }
        var hash = HashOf(tags);
        for (var node = Volatile.Read(ref _nodes)[hash & (Buckets - 1)]; node is not null; node = node.Next)
        {
            if (node.Hash == hash && IsSame(node.Tags, tags))
            {
                return CountIfOverflow(node.Series);
            }
        }
        return CountIfOverflow(FindByLabels(tags, hash));
    }

    /// <summary>All series in the order in which they came.</summary>
    public Series[] All()
    {
        lock (_gate)
        {
            return [.. _all];
        }
    }

    private static int HashOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = tags.Length;
        foreach (var tag in tags)
        {
            hash = (hash * 31) + RuntimeHelpers.GetHashCode(tag.Value);
        }
        return hash ^ (hash >> 15);
    }

    private static bool IsSame(KeyValuePair<string, object?>[] known, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (known.Length != tags.Length)
        {
            return false;
        }
        for (var i = 0; i < known.Length; i++)
        {
            if (!ReferenceEquals(known[i].Value, tags[i].Value) || !ReferenceEquals(known[i].Key, tags[i].Key))
            {
                return false;
            }
        }
        return true;
    }

    private Series CountIfOverflow(Series series)
    {
        if (ReferenceEquals(series, _overflow))
        {
            Interlocked.Increment(ref _overflowed);
        }
        return series;
    }

    private Series FindByLabels(ReadOnlySpan<KeyValuePair<string, object?>> tags, int hash)
    {
        var text = LabelText.Of(tags);
        lock (_gate)
        {
            if (!_byLabels.TryGetValue(text, out var series))
            {
                if (_byLabels.Count >= limit)
                {
                    // Not remembered by its labels: what is over the limit must not take memory either.
                    return _overflow ??= Added(OverflowLabel);
                }
                series = Added(Encoding.UTF8.GetBytes(text));
                _byLabels.Add(text, series);
            }
            if (tags.IsEmpty)
            {
                Volatile.Write(ref _untagged, series);
            }
            else if (AllAreStrings(tags))
            {
                RememberUnsynchronized(tags, hash, series);
            }
            return series;
        }
    }

    private Series Added(byte[] labels)
    {
        var series = create(labels);
        _all.Add(series);
        return series;
    }

    private void RememberUnsynchronized(ReadOnlySpan<KeyValuePair<string, object?>> tags, int hash, Series series)
    {
        if (_nodeCount >= MostNodes)
        {
            Volatile.Write(ref _nodes, new Node?[Buckets]);
            _nodeCount = 0;
        }
        ref var head = ref _nodes[hash & (Buckets - 1)];
        Volatile.Write(ref head, new Node(hash, tags.ToArray(), series, head));
        _nodeCount++;
    }

    private static bool AllAreStrings(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var tag in tags)
        {
            if (tag.Value is not (string or null))
            {
                return false;
            }
        }
        return true;
    }

    private sealed class Node(int hash, KeyValuePair<string, object?>[] tags, Series series, Node? next)
    {
        public readonly int Hash = hash;
        public readonly KeyValuePair<string, object?>[] Tags = tags;
        public readonly Series Series = series;
        public readonly Node? Next = next;
    }
}
