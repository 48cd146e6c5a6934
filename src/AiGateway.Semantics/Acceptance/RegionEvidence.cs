namespace AiGateway.Semantics.Acceptance;

/// <summary>
/// What the checks of a region of risk say against the claim that the wrong share of its hits is some bound or more: an e-value, which may be
/// looked at after each check, and on which serving may begin or end, without weakening it.
/// </summary>
/// <remarks>
/// <para>Let X₁, X₂, … be checks, each 1 if the answer was wrong, with conditional chances p₁, p₂, … that may depend on everything before, and
/// weights 0 &lt; r ≤ 1: the hits that each stands for, over those of the heaviest. For 0 ≤ θ &lt; 1, E[(1 − r(1 − θ))^X] = 1 − rp(1 − θ), so
/// ∏ (1 − r(1 − θ))^X / (1 − rp(1 − θ)) is a martingale that begins at 1; so is any mixture over θ. The logarithm is concave: with m the mean of
/// rp over n checks the denominators are at most (1 − m(1 − θ))ⁿ together, and the claim says m ≥ bound · mean r. What <see cref="LogAgainst"/>
/// gives is thus no more than such a martingale wherever the claim is true, and ever reaches 1/α with a chance of α at most (Ville). Nothing is
/// assumed of the p: they need not be equal nor independent.</para>
/// <para>Sources: Ville 1939; Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform Chernoff bounds via nonnegative supermartingales", 2020;
/// Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", 2023.</para>
/// </remarks>
internal readonly struct RegionEvidence
{
    // θ is best at (true share / bound): the mixture covers none wrong up to almost all of the bound, most of it where a scorer that works ends up.
    private static readonly double[] Theta = [0.05, 0.25, 0.5, 0.75];
    private static readonly double[] Share = [0.15, 0.4, 0.35, 0.1];

    // For each θ, Σ ln(1 − r(1 − θ)) over the wrong ones, and the logarithm of its share in the mixture.
    private readonly double[]? _logWrong;
    private readonly double _meanWeight;

    private RegionEvidence(double checks, double meanWeight, double estimate, double[] logWrong)
    {
        (Checks, Estimate) = (checks, estimate);
        (_meanWeight, _logWrong) = (meanWeight, logWrong);
    }

    /// <summary>How many checks there were.</summary>
    internal double Checks { get; }

    /// <summary>The estimate of the wrong share; meaningless while <see cref="Checks"/> is 0.</summary>
    internal double Estimate { get; }

    /// <summary>Sums up groups of checks of equal weight.</summary>
    /// <param name="weights">What a check of each group stands for, in any unit; above 0 where there are checks.</param>
    /// <param name="checks">How many there were.</param>
    /// <param name="wrong">How many of them were wrong.</param>
    internal static RegionEvidence Of(ReadOnlySpan<double> weights, ReadOnlySpan<long> checks, ReadOnlySpan<long> wrong)
    {
        double heaviest = 0, count = 0, weighted = 0, weightedWrong = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            if (checks[i] == 0)
                continue;
            heaviest = Math.Max(heaviest, weights[i]);
            count += checks[i];
            weighted += weights[i] * checks[i];
            weightedWrong += weights[i] * wrong[i];
        }
        if (count == 0)
            return default;

        var logWrong = new double[Theta.Length];
        for (var j = 0; j < Theta.Length; j++)
        {
            logWrong[j] = Math.Log(Share[j]);
            for (var i = 0; i < weights.Length; i++)
                if (wrong[i] > 0)
                    logWrong[j] += wrong[i] * Math.Log(1 - weights[i] / heaviest * (1 - Theta[j]));
        }
        return new RegionEvidence(count, weighted / heaviest / count, weightedWrong / weighted, logWrong);
    }

    /// <summary>The logarithm of the e-value against a wrong share of <paramref name="bound"/> or more; 0 where nothing was checked.</summary>
    internal double LogAgainst(double bound)
    {
        if (_logWrong is null)
            return 0;
        Span<double> terms = stackalloc double[Theta.Length];
        var largest = double.NegativeInfinity;
        for (var j = 0; j < Theta.Length; j++)
        {
            terms[j] = _logWrong[j] - Checks * Math.Log(1 - bound * _meanWeight * (1 - Theta[j]));
            largest = Math.Max(largest, terms[j]);
        }
        double sum = 0;
        foreach (var term in terms)
            sum += Math.Exp(term - largest);
        return largest + Math.Log(sum);
    }

    /// <summary>The upper confidence limit of the wrong share: the largest that the checks do not speak against; 1 where nothing was checked.</summary>
    /// <param name="alpha">The chance that the limit ever fails, 0 to 1.</param>
    internal double Upper(double alpha)
    {
        var (low, high, target) = (0.0, 1.0, -Math.Log(alpha));
        // 30 halvings are exact to 10⁻⁹.
        for (var i = 0; i < 30; i++)
        {
            var middle = (low + high) / 2;
            if (LogAgainst(middle) < target)
                low = middle;
            else
                high = middle;
        }
        return high;
    }
}
