namespace AiGateway.Semantics.Acceptance;

/// <summary>
/// An upper limit on how many wrong answers were to be expected, from how many were seen, that holds at every moment at once:
/// it may be looked at after each check, and serving may begin or end on it, without weakening it.
/// </summary>
/// <remarks>
/// Let X₁, X₂, … be checks, each 1 if the answer was wrong, with conditional chances p₁, p₂, … that may depend on everything
/// before. For 0 ≤ θ &lt; 1, E[θ^X] = 1 − p(1 − θ) ≤ exp(−p(1 − θ)), so θ^S · exp((1 − θ)A), with S the wrong ones seen and A = Σp,
/// is a supermartingale that begins at 1; so is any mixture of these over θ. By Ville's inequality it ever reaches 1/α with a
/// chance of α at most. What A may be while the mixture stays below 1/α is the limit. Nothing is assumed of the p: they need not
/// be equal nor independent. Sources: Ville 1939; Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform Chernoff bounds via
/// nonnegative supermartingales", 2020.
/// </remarks>
internal static class WrongCountLimit
{
    // θ is best at (true share / bound): the mixture covers a tenth of the bound up to almost all of it. θ = 0 is the case of none wrong.
    private static readonly double[] Theta = [0, 0.12, 0.25, 0.38, 0.5, 0.62, 0.75, 0.86, 0.95];
    private static readonly double[] Weight = [0.1, 0.1, 0.16, 0.19, 0.17, 0.13, 0.08, 0.05, 0.02];
    private static readonly double[] LogTheta = [.. Theta.Select(static theta => Math.Log(theta))];
    private static readonly double[] LogWeight = [.. Weight.Select(static weight => Math.Log(weight))];

    /// <summary>Whether the upper limit on A = Σp lies below a value: the same as comparing <see cref="Upper"/>, in one step instead of forty.</summary>
    internal static bool IsBelow(double wrong, double compensator, double alpha)
    {
        Span<double> powers = stackalloc double[Theta.Length];
        WriteLogPowers(wrong, powers);
        return LogMixture(powers, compensator) > -Math.Log(alpha);
    }

    /// <summary>The upper limit on A = Σp.</summary>
    /// <param name="wrong">S, the wrong answers seen; not whole where checks have weights of at most 1.</param>
    /// <param name="alpha">The chance that the limit ever fails, 0 to 1.</param>
    internal static double Upper(double wrong, double alpha)
    {
        Span<double> powers = stackalloc double[Theta.Length];
        WriteLogPowers(wrong, powers);
        var target = -Math.Log(alpha);
        var high = double.PositiveInfinity;
        for (var j = 0; j < Theta.Length; j++)
            high = Math.Min(high, (target - powers[j]) / (1 - Theta[j]));

        double low = 0;
        // 40 halvings of a number below a million are exact to 10⁻⁶.
        for (var i = 0; i < 40; i++)
        {
            var middle = (low + high) / 2;
            if (LogMixture(powers, middle) < target)
                low = middle;
            else
                high = middle;
        }
        return high;
    }

    /// <summary>Of each θ the logarithm of its weight and of θ^S.</summary>
    private static void WriteLogPowers(double wrong, Span<double> powers)
    {
        for (var j = 0; j < powers.Length; j++)
            powers[j] = LogWeight[j] + (wrong == 0 ? 0 : wrong * LogTheta[j]);
    }

    private static double LogMixture(ReadOnlySpan<double> powers, double compensator)
    {
        Span<double> terms = stackalloc double[Theta.Length];
        var largest = double.NegativeInfinity;
        for (var j = 0; j < Theta.Length; j++)
        {
            terms[j] = powers[j] + (1 - Theta[j]) * compensator;
            largest = Math.Max(largest, terms[j]);
        }
        double sum = 0;
        foreach (var term in terms)
            sum += Math.Exp(term - largest);
        return largest + Math.Log(sum);
    }
}
