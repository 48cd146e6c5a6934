using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Security.Cryptography;

namespace AiGateway.Configuration;

/// <summary>Callers by the SHA-256 of their key.</summary>
/// <remarks>
/// One look-up by the first eight bytes of the hash, then a comparison of all 32 in constant time. The look-up itself
/// may leak through its timing whether eight hash bytes match; a guesser cannot steer SHA-256, so that tells nothing of any key.
/// </remarks>
internal sealed class CallerTable
{
    private readonly FrozenDictionary<ulong, Entry[]> _byHash;

    /// <summary>A table.</summary>
    /// <param name="callers">The callers, each with the hash of its key.</param>
    /// <param name="isRequired">Whether callers must authenticate even while there are none.</param>
    public CallerTable(IEnumerable<(byte[] KeyHash, CallerModel Caller)> callers, bool isRequired = false)
    {
        var all = callers.ToList();
        IsConfigured = isRequired || all.Count > 0;
        Keys = all;
        _byHash = all.GroupBy(entry => BinaryPrimitives.ReadUInt64LittleEndian(entry.KeyHash))
            .ToFrozenDictionary(group => group.Key, group => group.Select(entry => new Entry(entry.KeyHash, entry.Caller)).ToArray());
        All = [.. all.Select(entry => entry.Caller)];
    }

    /// <summary>All callers in the order of the file.</summary>
    public IReadOnlyList<CallerModel> All { get; }

    /// <summary>The same with the hashes of their keys.</summary>
    public IReadOnlyList<(byte[] KeyHash, CallerModel Caller)> Keys { get; }

    /// <summary>True when callers must authenticate.</summary>
    public bool IsConfigured { get; }

    /// <summary>The caller whose key has this SHA-256, or null.</summary>
    public CallerModel? Find(ReadOnlySpan<byte> keyHash)
    {
        if (!_byHash.TryGetValue(BinaryPrimitives.ReadUInt64LittleEndian(keyHash), out var entries))
        {
            return null;
        }
        CallerModel? found = null;
        foreach (var entry in entries)
        {
            if (CryptographicOperations.FixedTimeEquals(entry.KeyHash, keyHash))
            {
                found = entry.Caller;
            }
        }
        return found;
    }

    private sealed record Entry(byte[] KeyHash, CallerModel Caller);
}
