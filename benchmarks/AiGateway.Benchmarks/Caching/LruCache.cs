namespace AiGateway.Benchmarks.Caching;

/// <summary>The usual cache, bounded in bytes, for comparison: what was asked for longest ago goes.</summary>
internal sealed class LruCache(long capacity)
{
    private readonly Dictionary<string, LinkedListNode<(string Key, long Size)>> _nodes = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Key, long Size)> _order = new();
    private long _bytes;

    /// <summary>Asks for a key, and puts it in when it is not there.</summary>
    public bool Ask(string key, long size)
    {
        if (_nodes.TryGetValue(key, out var node))
        {
            _order.Remove(node);
            _order.AddFirst(node);
            return true;
        }
        while (_bytes + size > capacity)
        {
            var oldest = _order.Last!.Value;
            _order.RemoveLast();
            _nodes.Remove(oldest.Key);
            _bytes -= oldest.Size;
        }
        _nodes[key] = _order.AddFirst((key, size));
        _bytes += size;
        return false;
    }
}
