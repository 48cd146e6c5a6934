namespace AiGateway.Semantics.Acceptance;

/// <summary>The exact (Clopper–Pearson) confidence interval of a share, for one look at a fixed number of trials.</summary>
internal static class ProportionInterval
{
    /// <summary>The chance that the share lies below the interval, and that it lies above.</summary>
    private const double Tail = 0.025;

    /// <summary>The two-sided interval of 95 %.</summary>
    /// <returns>(0, 1) where there are no trials.</returns>
    internal static (double Low, double High) Exact(long successes, long trials)
    {
        if (trials == 0)
            return (0, 1);
        var low = successes == 0 ? 0 : Solve(p => 1 - AtMost(successes - 1, trials, p), Tail);
        var high = successes == trials ? 1 : Solve(p => -AtMost(successes, trials, p), -Tail);
        return (low, high);
    }

    /// <summary>The p at which a rising function of p has a value.</summary>
    private static double Solve(Func<double, double> rising, double value)
    {
        var (low, high) = (0.0, 1.0);
        for (var i = 0; i < 50; i++)
        {
            var middle = (low + high) / 2;
            if (rising(middle) < value)
                low = middle;
            else
                high = middle;
        }
        return (low + high) / 2;
    }

    /// <summary>The chance of at most so many successes.</summary>
    private static double AtMost(long successes, long trials, double p)
    {
        if (p <= 0)
            return 1;
        if (p >= 1)
            return successes >= trials ? 1 : 0;
        var (logP, logQ) = (Math.Log(p), Math.Log(1 - p));
        // The chance of k successes, in logarithms: each follows from the one before.
        var logTerm = trials * logQ;
        double sum = 0;
        for (long k = 0; k <= successes; k++)
        {
            sum += Math.Exp(logTerm);
            logTerm += Math.Log((double)(trials - k) / (k + 1)) + logP - logQ;
        }
        return Math.Min(1, sum);
    }
}
