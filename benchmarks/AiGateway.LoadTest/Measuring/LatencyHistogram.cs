using System.Numerics;

namespace AiGateway.LoadTest.Measuring;

/// <summary>Counts durations in logarithmic buckets: 128 per power of two, so that a value read back is at most 0.8 % off.</summary>
/// <remarks>The idea is HdrHistogram's (Gil Tene); recording neither allocates nor sorts. Nanoseconds from 0 to 2^42 (73 minutes). One writer.</remarks>
internal sealed class LatencyHistogram
{
    private const int SubBits = 7;
    private const int SubCount = 1 << SubBits;
    private const int MaxBits = 42;

    private readonly long[] _counts = new long[(MaxBits - SubBits + 2) << SubBits];

    /// <summary>Values recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The largest value, exact.</summary>
    public long MaxNanoseconds { get; private set; }

    /// <summary>Records one duration; negative ones count as 0.</summary>
    public void Record(long nanoseconds)
    {
        var value = Math.Clamp(nanoseconds, 0, (1L << MaxBits) - 1);
        _counts[IndexOf(value)]++;
        Count++;
        MaxNanoseconds = Math.Max(MaxNanoseconds, value);
    }

    /// <summary>The smallest recorded value that at least <paramref name="percent"/> of all values do not exceed (bucket's upper edge); 0 when empty.</summary>
    public long Percentile(double percent)
    {
        var wanted = Math.Max(1, (long)Math.Ceiling(Count * percent / 100));
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted && Count > 0)
            {
                return Math.Min(UpperEdge(i), MaxNanoseconds);
            }
        }
        return MaxNanoseconds;
    }

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        Array.Clear(_counts);
        Count = 0;
        MaxNanoseconds = 0;
    }

    private static int IndexOf(long value)
    {
        if (value < SubCount)
        {
            return (int)value;
        }
        var shift = BitOperations.Log2((ulong)value) - SubBits;
        return ((shift + 1) << SubBits) + (int)((value >> shift) - SubCount);
    }

    private static long UpperEdge(int index)
    {
        var block = index >> SubBits;
        if (block == 0)
        {
            return index;
        }
        var shift = block - 1;
        return (((long)SubCount + (index & (SubCount - 1)) + 1) << shift) - 1;
    }
}
