namespace AiGateway.Caching.Levels;

/// <summary>Keys that were put out a short while ago, by their hash: who comes back is worth more than who is new. For one shard, under its lock.</summary>
internal sealed class GhostList
{
    private readonly Queue<int> _order = new();
    private readonly HashSet<int> _hashes = [];

    /// <summary>Remembers a key, and forgets the oldest beyond <paramref name="most"/>.</summary>
    public void Add(int hash, int most)
    {
        if (_hashes.Add(hash))
        {
            _order.Enqueue(hash);
        }
        while (_order.Count > most && _order.TryDequeue(out var oldest))
        {
            _hashes.Remove(oldest);
        }
    }

    /// <summary>Forgets a key; false when it was not known.</summary>
    public bool Remove(int hash) => _hashes.Remove(hash);
}
