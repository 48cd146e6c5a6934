using System.Security.Cryptography;

namespace AiGateway.Caching.Levels;

/// <summary>The latest purge of each key and tag, as this node knows them.</summary>
/// <remarks>
/// A purge is a new random number for what was purged. An entry carries the numbers of its time and holds while they are the same, so that
/// it does not matter when anybody's clock ran what, and what other nodes keep is gone as soon as the number has come to them
/// (<see cref="PurgeExchange"/>). Reading takes no lock: the table is replaced with every change, which are few.
/// </remarks>
internal sealed class PurgeTable
{
    /// <summary>The tag that every entry has.</summary>
    public const string Everything = "*";

    private const string KeyPrefix = "key:";

    // So many single purges become one of everything, so that the table stays small.
    private const int MostNames = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _unshared = new(StringComparer.Ordinal);
    private volatile State _state = new(0, new Dictionary<string, long>(StringComparer.Ordinal));

    /// <summary>Changes with every change of the table.</summary>
    public int Version => _state.Version;

    /// <summary>Purges all entries with a tag; <see cref="Everything"/> for all.</summary>
    public void PurgeTag(string tag) => Purge(tag);

    /// <summary>Purges one key.</summary>
    public void PurgeKey(string key) => Purge(KeyPrefix + key);

    /// <summary>The stamp of an entry that is made now.</summary>
    public PurgeStamp StampOf(string key, string[] tags) => StampOf(_state.Ids, key, tags);

    /// <summary>Whether an entry holds: nothing of it was purged since it was made.</summary>
    public bool Holds(CacheEntry entry)
    {
        var state = _state;
        if (entry.Checked == state.Version)
        {
            return true;
        }
        if (!StampOf(state.Ids, entry.Key, entry.Tags).IsSameAs(entry.Stamp))
        {
            return false;
        }
        entry.Checked = state.Version;
        return true;
    }

    /// <summary>The purges of this node that other nodes have not been told; empty for none.</summary>
    public KeyValuePair<string, long>[] Unshared()
    {
        lock (_lock)
        {
            return [.. _unshared];
        }
    }

    /// <summary>Takes over what all nodes share.</summary>
    /// <param name="shared">The shared table; null where it has not changed.</param>
    /// <param name="told">Purges of this node that are in it now.</param>
    /// <returns>Whether anything here changed by it.</returns>
    public bool Merge(IReadOnlyDictionary<string, long>? shared, KeyValuePair<string, long>[] told)
    {
        lock (_lock)
        {
            foreach (var (name, id) in told)
            {
                if (_unshared.TryGetValue(name, out var latest) && latest == id)
                {
                    _unshared.Remove(name);
                }
            }
            if (shared is null)
            {
                return false;
            }
            var ids = new Dictionary<string, long>(shared, StringComparer.Ordinal);
            if (_unshared.ContainsKey(Everything))
            {
                ids.Clear();
            }
            foreach (var (name, id) in _unshared)
            {
                ids[name] = id;
            }
            if (ids.Count == _state.Ids.Count && ids.All(pair => _state.Ids.TryGetValue(pair.Key, out var id) && id == pair.Value))
            {
                return false;
            }
            _state = new State(_state.Version + 1, ids);
            return true;
        }
    }

    private void Purge(string name)
    {
        lock (_lock)
        {
            if (_state.Ids.Count >= MostNames)
            {
                name = Everything;
            }
            var id = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))) | 1;
            Dictionary<string, long> ids = new(StringComparer.Ordinal);
            if (name == Everything)
            {
                // Whatever was purged before is purged by this as well.
                _unshared.Clear();
            }
            else
            {
                ids = new(_state.Ids, StringComparer.Ordinal);
            }
            ids[name] = _unshared[name] = id;
            _state = new State(_state.Version + 1, ids);
        }
    }

    private static PurgeStamp StampOf(Dictionary<string, long> ids, string key, string[] tags)
    {
        if (ids.Count == 0)
        {
            return PurgeStamp.None;
        }
        var stamp = new long[2 + tags.Length];
        stamp[0] = ids.GetValueOrDefault(Everything);
        stamp[1] = ids.GetValueOrDefault(KeyPrefix + key);
        for (var i = 0; i < tags.Length; i++)
        {
            stamp[2 + i] = ids.GetValueOrDefault(tags[i]);
        }
        return stamp.AsSpan().ContainsAnyExcept(0) ? new PurgeStamp(stamp) : PurgeStamp.None;
    }

    private sealed record State(int Version, Dictionary<string, long> Ids);
}
