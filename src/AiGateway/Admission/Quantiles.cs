using System.Numerics;

namespace AiGateway.Admission;

/// <summary>A high quantile of a stream of whole numbers, learned as they come; old ones fade.</summary>
/// <remarks>A histogram with four classes to each power of two, so that a quantile is at most a quarter too high and never too low. Thread-safe; a count may get lost to a race, which no quantile feels.</remarks>
internal sealed class Quantiles
{
    // Few observations say little of the tail.
    private const int Enough = 20;
    private const int FadeAt = 4_096;
    private const double Share = 0.95;

    private readonly int[] _counts = new int[64 * 4];
    private int _total;

    /// <summary>Whether it has seen enough to be asked.</summary>
    public bool IsKnown => Volatile.Read(ref _total) >= Enough;

    /// <summary>Learns a number.</summary>
    public void Add(long value)
    {
        Interlocked.Increment(ref _counts[ClassOf(value)]);
        if (Interlocked.Increment(ref _total) < FadeAt)
        {
            return;
        }
        // Halved: what was long ago weighs less and less.
        var left = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            var half = Volatile.Read(ref _counts[i]) / 2;
            Volatile.Write(ref _counts[i], half);
            left += half;
        }
        Volatile.Write(ref _total, left);
    }

    /// <summary>The number that nineteen of twenty do not exceed.</summary>
    public long High()
    {
        var wanted = (int)Math.Ceiling(Volatile.Read(ref _total) * Share);
        var seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += Volatile.Read(ref _counts[i]);
            if (seen >= wanted && seen > 0)
            {
                return UpperEndOf(i);
            }
        }
        return 0;
    }

    // 0 to 3 have a class each; above, the two bits behind the first one choose among four.
    private static int ClassOf(long value)
    {
        if (value < 4)
        {
            return (int)Math.Max(0, value);
        }
        var log = BitOperations.Log2((ulong)value);
        return ((log - 1) * 4) + (int)((value >> (log - 2)) & 3);
    }

    private static long UpperEndOf(int index)
    {
        if (index < 4)
        {
            return index;
        }
        var log = (index / 4) + 1;
        return ((5L + (index % 4)) << (log - 2)) - 1;
    }
}
