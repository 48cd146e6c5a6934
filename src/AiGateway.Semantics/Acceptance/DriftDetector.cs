namespace AiGateway.Semantics.Acceptance;

/// <summary>Watches the checks of hits that would have been served, and says when their wrong share has risen above the bound.</summary>
/// <remarks>
/// Three cumulative sums of log-likelihood ratios against a share of exactly the bound, for shares of twice and six times it and for
/// three quarters; each begins again at zero when it falls below. While the share is at most the bound an alarm comes on average no sooner than after
/// <see cref="MeanChecksToFalseAlarm"/> checks (Lorden 1971), and far later while it is really below. Not for many threads.
/// </remarks>
internal sealed class DriftDetector(double bound)
{
    /// <summary>How many sums there are.</summary>
    internal const int Alternatives = 3;

    internal const double MeanChecksToFalseAlarm = 1000;

    private static readonly double Threshold = Math.Log(Alternatives * MeanChecksToFalseAlarm);

    private readonly double[] _alternatives = [Math.Min(2 * bound, 0.7), Math.Min(6 * bound, 0.72), 0.75];

    /// <summary>The sums, in nats.</summary>
    internal double[] Sums { get; } = new double[Alternatives];

    /// <summary>How near an alarm is: 0 none in sight, 1 now.</summary>
    internal double Alarm => Math.Min(1, Sums.Max() / Threshold);

    /// <summary>The share of checks that is called for: the nearness of an alarm, thrice where it looks as if all had turned wrong. After a wrong check the next ones are nearly all made, until two or three were right.</summary>
    internal double Suspicion => Math.Min(1, Math.Max(Alarm, 3 * Sums[^1] / Threshold));

    internal void Add(bool wrong)
    {
        for (var i = 0; i < Sums.Length; i++)
        {
            var q = _alternatives[i];
            var step = wrong ? Math.Log(q / bound) : Math.Log((1 - q) / (1 - bound));
            Sums[i] = Math.Max(0, Sums[i] + step);
        }
    }

    internal void Clear() => Array.Clear(Sums);
}
