using System.Runtime.CompilerServices;

namespace AiGateway.Telemetry;

/// <summary>One time series: an instrument with one set of tags. Recording is lock-free and exact.</summary>
internal abstract class Series(ReadOnlyMemory<byte> labels)
{
    private long _seenInCollection;

    /// <summary>The labels as they are written, without braces: <c>a="b",c="d"</c>.</summary>
    public ReadOnlyMemory<byte> Labels { get; } = labels;

    /// <summary>The collection in which an observable instrument last reported it.</summary>
    public long SeenInCollection
    {
        get => Volatile.Read(ref _seenInCollection);
        set => Volatile.Write(ref _seenInCollection, value);
    }

    /// <summary>A whole-number measurement.</summary>
    public abstract void Record(long value);

    /// <summary>A measurement with a fraction.</summary>
    public abstract void Record(double value);

    /// <summary>Adds to a double without a lock.</summary>
    protected static void Add(ref double target, double value)
    {
        ref var bits = ref Unsafe.As<double, long>(ref target);
        var seen = Volatile.Read(ref bits);
        while (true)
        {
            var next = BitConverter.DoubleToInt64Bits(BitConverter.Int64BitsToDouble(seen) + value);
            var found = Interlocked.CompareExchange(ref bits, next, seen);
            if (found == seen)
            {
                return;
            }
            seen = found;
        }
    }
}

/// <summary>A sum of what instruments push.</summary>
internal sealed class SumSeries(ReadOnlyMemory<byte> labels) : Series(labels)
{
    // Apart, so that whole numbers stay exact beyond 2^53.
    private long _whole;
    private double _real;

    /// <summary>The whole-number part of the sum.</summary>
    public long Whole => Volatile.Read(ref _whole);

    /// <summary>The rest of the sum.</summary>
    public double Real => Volatile.Read(ref _real);

    /// <inheritdoc/>
    public override void Record(long value) => Interlocked.Add(ref _whole, value);

    /// <inheritdoc/>
    public override void Record(double value) => Add(ref _real, value);
}

/// <summary>The last value that an observable instrument, or a gauge, reported.</summary>
internal sealed class LastValueSeries(ReadOnlyMemory<byte> labels) : Series(labels)
{
    private double _value;

    /// <summary>The value.</summary>
    public double Value => Volatile.Read(ref _value);

    /// <inheritdoc/>
    public override void Record(long value) => Volatile.Write(ref _value, value);

    /// <inheritdoc/>
    public override void Record(double value) => Volatile.Write(ref _value, value);
}

/// <summary>A distribution over fixed buckets.</summary>
internal sealed class HistogramSeries(ReadOnlyMemory<byte> labels, double[] bounds) : Series(labels)
{
    private readonly long[] _counts = new long[bounds.Length + 1];
    private double _sum;

    /// <summary>Sum of all measurements.</summary>
    public double Sum => Volatile.Read(ref _sum);

    /// <summary>Measurements in each bucket, not cumulative; the last is above all bounds.</summary>
    public long CountOf(int bucket) => Volatile.Read(ref _counts[bucket]);

    /// <inheritdoc/>
    public override void Record(long value) => Record((double)value);

    /// <inheritdoc/>
    public override void Record(double value)
    {
        // Sixteen bounds at most: a walk is as quick as a search, and short measurements leave early.
        var bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
        {
            bucket++;
        }
        Interlocked.Increment(ref _counts[bucket]);
        Add(ref _sum, value);
    }
}
