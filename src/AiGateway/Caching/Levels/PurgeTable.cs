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

    /// <summary>Purges all entries with a tag; <see cref="Everything"/> for all.</summary>
    public void PurgeTag(string tag) => Purge(tag);

    /// <summary>Purges one key.</summary>
    public void PurgeKey(string key) => Purge(KeyPrefix + key);

    /// <summary>The stamp of an entry that is made now.</summary>
    public PurgeStamp StampOf(string key, string[] tags)
    {
        var state = _state;
        if (state.IsStamp(PurgeStamp.None, key, tags))
        {
            return PurgeStamp.None;
        }
        var ids = new long[PurgeStamp.Fixed + tags.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = state.IdAt(i, key, tags);
        }
        return new PurgeStamp(ids);
    }

    /// <summary>Whether an entry holds: nothing of it was purged since it was made.</summary>
    public bool Holds(CacheEntry entry)
    {
        var state = _state;
        if (entry.Checked == state.Version)
        {
            return true;
        }
        if (!state.IsStamp(entry.Stamp, entry.Key, entry.Tags))
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
            var all = ids.GetValueOrDefault(Everything);
            if (all == 0 || all == _state.Ids.GetValueOrDefault(Everything))
            {
                // What is missing was not made needless by a purge of everything, it was lost: by a flush, or a replica that was behind. It is told again.
                foreach (var (name, id) in _state.Ids)
                {
                    if (!ids.ContainsKey(name))
                    {
                        _unshared[name] = id;
                    }
                }
            }
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

    private sealed class State(int version, Dictionary<string, long> ids)
    {
        // By the key itself, so that looking one up makes no text.
        private readonly Dictionary<string, long> _keys = ids
            .Where(static pair => pair.Key.StartsWith(KeyPrefix, StringComparison.Ordinal))
            .ToDictionary(static pair => pair.Key[KeyPrefix.Length..], static pair => pair.Value, StringComparer.Ordinal);

        /// <summary>Changes with every change of the table.</summary>
        public int Version => version;

        public Dictionary<string, long> Ids => ids;

        /// <summary>Whether this is what an entry of that key and these tags would be stamped with now.</summary>
        public bool IsStamp(PurgeStamp stamp, string key, string[] tags)
        {
            if (ids.Count == 0)
            {
                return stamp.Ids.Length == 0;
            }
            if (stamp.Ids.Length != 0 && stamp.Ids.Length != PurgeStamp.Fixed + tags.Length)
            {
                return false;
            }
            for (var i = 0; i < PurgeStamp.Fixed + tags.Length; i++)
            {
                if (IdAt(i, key, tags) != (stamp.Ids.Length == 0 ? 0 : stamp.Ids[i]))
                {
                    return false;
                }
            }
            return true;
        }

        public long IdAt(int index, string key, string[] tags) => index switch
        {
            0 => ids.GetValueOrDefault(Everything),
            1 => _keys.GetValueOrDefault(key),
            _ => ids.GetValueOrDefault(tags[index - PurgeStamp.Fixed]),
        };
    }
}
