using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace AiGateway.Caching.Semantic.Embedders;

/// <summary>Vectors of the last questions, so that the same question is not paid for twice. Bounded in bytes; the oldest are forgotten. A tenant's are found by that tenant only.</summary>
/// <param name="dimensions">Numbers per vector.</param>
internal sealed class VectorMemo(int dimensions)
{
    /// <summary>What the vectors of one embedder may take.</summary>
    public const int MostBytes = 16 << 20;

    private readonly int _most = Math.Max(1, MostBytes / (dimensions * sizeof(float)));
    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, float[]> _vectors = [];
    private readonly Queue<UInt128> _byAge = [];

    /// <summary>The name of a tenant's question.</summary>
    public static UInt128 KeyOf(string tenant, string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{tenant.Length}:{tenant}{text}"), hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    /// <summary>Copies a vector.</summary>
    /// <returns>False when it is not there.</returns>
    public bool TryRead(UInt128 key, Span<float> vector)
    {
        lock (_lock)
        {
            if (!_vectors.TryGetValue(key, out var known))
            {
                return false;
            }
            known.CopyTo(vector);
            return true;
        }
    }

    /// <summary>Remembers one, which nobody changes any more.</summary>
    public void Add(UInt128 key, float[] vector)
    {
        lock (_lock)
        {
            if (!_vectors.TryAdd(key, vector))
            {
                return;
            }
            _byAge.Enqueue(key);
            if (_byAge.Count > _most)
            {
                _vectors.Remove(_byAge.Dequeue());
            }
        }
    }
}
