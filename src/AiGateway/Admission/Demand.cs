using AiGateway.Configuration;

namespace AiGateway.Admission;

/// <summary>What a request asks of the limits, or what it has used in the end.</summary>
/// <param name="Requests">1, or 0 where it is counted already.</param>
/// <param name="Input">Input tokens.</param>
/// <param name="Output">Output tokens.</param>
/// <param name="NanoUsd">Money, in billionths of a USD, rounded up.</param>
internal readonly record struct Demand(long Requests, long Input, long Output, long NanoUsd)
{
    /// <summary>How much of a measure.</summary>
    public long Of(LimitMeasure measure) => measure switch
    {
        LimitMeasure.Requests => Requests,
        LimitMeasure.InputTokens => Input,
        LimitMeasure.OutputTokens => Output,
        LimitMeasure.Tokens => Input + Output,
        _ => NanoUsd,
    };

    /// <summary>Both together; the request counts once.</summary>
    public static Demand operator +(Demand one, Demand other) =>
        new(Math.Max(one.Requests, other.Requests), one.Input + other.Input, one.Output + other.Output, one.NanoUsd + other.NanoUsd);

    /// <summary>What is left of one without the other; of the request nothing.</summary>
    public static Demand operator -(Demand one, Demand other) => new(0, one.Input - other.Input, one.Output - other.Output, one.NanoUsd - other.NanoUsd);

    /// <summary>The larger of both in each respect; of the request nothing.</summary>
    public static Demand Larger(in Demand one, in Demand other) => new(0, Math.Max(one.Input, other.Input), Math.Max(one.Output, other.Output), Math.Max(one.NanoUsd, other.NanoUsd));

    /// <summary>What is missing from this to another; nothing where this is more.</summary>
    public Demand To(in Demand other) =>
        new(0, Math.Max(0, other.Input - Input), Math.Max(0, other.Output - Output), Math.Max(0, other.NanoUsd - NanoUsd));

    /// <summary>Whole billionths of a USD, rounded up: many fractions of one never add up to more than is counted.</summary>
    public static long ToNano(decimal usd) => usd <= 0 ? 0 : usd >= MostUsd ? (long)(MostUsd * LimitModelBuilder.NanoUsd) : (long)decimal.Ceiling(usd * LimitModelBuilder.NanoUsd);

    // A bound far above any request, so that sums of many fit.
    private const decimal MostUsd = 1_000_000m;
}
