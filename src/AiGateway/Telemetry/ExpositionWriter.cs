using System.Buffers;
using System.Globalization;

namespace AiGateway.Telemetry;

/// <summary>Writes metric families in the Prometheus text format 0.0.4 or in OpenMetrics 1.0 into pooled memory.</summary>
/// <remarks>
/// Formats: prometheus.io/docs/instrumenting/exposition_formats, and the OpenMetrics 1.0.0 specification. Both get the same
/// numbers in the same form (<c>le="1.0"</c>), so that a scraper that changes its mind keeps its series.
/// </remarks>
internal sealed class ExpositionWriter(bool openMetrics) : IDisposable
{
    private const int FirstSize = 64 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstSize);
    private int _length;

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    /// <summary>The text of a bucket's bound.</summary>
    public static string BoundText(double bound) =>
        double.IsPositiveInfinity(bound) ? "+Inf"
        : double.IsInteger(bound) && Math.Abs(bound) < 1e15 ? bound.ToString("0.0", CultureInfo.InvariantCulture)
        : bound.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Writes a family, or nothing when it has no series.</summary>
    public void Write(MetricFamily family)
    {
        var first = true;
        foreach (var series in family.Current())
        {
            if (first)
            {
                Append(openMetrics ? family.OpenMetricsHeader : family.Header);
                first = false;
            }
            switch (series)
            {
                case HistogramSeries histogram:
                    Write(family, histogram);
                    break;
                case SumSeries { Real: 0 } sum:
                    AppendName(family.SampleName, "", sum.Labels.Span, default);
                    Append(sum.Whole);
                    break;
                case SumSeries sum:
                    AppendName(family.SampleName, "", sum.Labels.Span, default);
                    Append(sum.Whole + sum.Real);
                    break;
                case LastValueSeries last:
                    AppendName(family.SampleName, "", last.Labels.Span, default);
                    Append(last.Value);
                    break;
            }
        }
    }

    /// <summary>Writes what ends an exposition.</summary>
    public void End()
    {
        if (openMetrics)
        {
            Append("# EOF\n"u8);
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void Write(MetricFamily family, HistogramSeries histogram)
    {
        // The count is the sum of the buckets as they were read, so that it equals the last bucket even while others record.
        long cumulative = 0;
        for (var bucket = 0; bucket < family.BucketLabels.Length; bucket++)
        {
            cumulative += histogram.CountOf(bucket);
            AppendName(family.SampleName, "_bucket", histogram.Labels.Span, family.BucketLabels[bucket]);
            Append(cumulative);
        }
        AppendName(family.SampleName, "_sum", histogram.Labels.Span, default);
        Append(histogram.Sum);
        AppendName(family.SampleName, "_count", histogram.Labels.Span, default);
        Append(cumulative);
    }

    private void AppendName(ReadOnlySpan<byte> name, string suffix, ReadOnlySpan<byte> labels, ReadOnlySpan<byte> label)
    {
        var span = Reserve(name.Length + suffix.Length + labels.Length + label.Length + 4);
        var start = span.Length;
        Take(ref span, name);
        foreach (var character in suffix)
        {
            span[0] = (byte)character;
            span = span[1..];
        }
        if (labels.Length + label.Length > 0)
        {
            Take(ref span, "{"u8);
            Take(ref span, labels);
            Take(ref span, labels.Length > 0 && label.Length > 0 ? ","u8 : default);
            Take(ref span, label);
            Take(ref span, "}"u8);
        }
        Take(ref span, " "u8);
        _length += start - span.Length;
    }

    private static void Take(ref Span<byte> span, ReadOnlySpan<byte> text)
    {
        text.CopyTo(span);
        span = span[text.Length..];
    }

    private void Append(long value)
    {
        var span = Reserve(24);
        value.TryFormat(span, out var written, provider: CultureInfo.InvariantCulture);
        span[written] = (byte)'\n';
        _length += written + 1;
    }

    private void Append(double value)
    {
        if (!double.IsFinite(value))
        {
            Append(double.IsNaN(value) ? "NaN\n"u8 : value > 0 ? "+Inf\n"u8 : "-Inf\n"u8);
            return;
        }
        var span = Reserve(40);
        value.TryFormat(span, out var written, provider: CultureInfo.InvariantCulture);
        span[written] = (byte)'\n';
        _length += written + 1;
    }

    private void Append(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Reserve(text.Length));
        _length += text.Length;
    }

    private Span<byte> Reserve(int size)
    {
        if (_buffer.Length - _length < size)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + size));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        return _buffer.AsSpan(_length);
    }
}
