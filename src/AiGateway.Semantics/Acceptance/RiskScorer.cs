namespace AiGateway.Semantics.Acceptance;

/// <summary>Estimates the chance that a would-be hit is wrong: a Bayesian logistic model over <see cref="HitFeatures"/>, learnt one check at a time.</summary>
/// <remarks>
/// It only orders hits. Whether they are served rests on the evidence of their band, so a bad estimate costs hits and not right answers.
/// The update is one step of Newton's method on the new label with the old posterior as prior (assumed-density filtering); the
/// covariance grows a little with each check, so that old labels fade. Not for many threads; readers take <see cref="Weights"/>.
/// </remarks>
internal sealed class RiskScorer
{
    /// <summary>What each check adds to the covariance, as a share of the prior's: labels older than some thousand checks fade.</summary>
    private const double Fading = 2e-4;

    private readonly ScorerPrior _prior;
    private double[] _weights;
    private readonly double[] _covariance = new double[HitFeatures.Dimension * HitFeatures.Dimension];

    internal RiskScorer(ScorerPrior prior)
    {
        _prior = prior;
        _weights = [.. prior.Weights];
        Widen();
    }

    /// <summary>The weights in force; never changed in place.</summary>
    internal double[] Weights => _weights;

    /// <summary>Row by row; symmetric.</summary>
    internal ReadOnlySpan<double> Covariance => _covariance;

    internal static double Risk(ReadOnlySpan<double> weights, in HitFeatures features)
    {
        Span<double> x = stackalloc double[HitFeatures.Dimension];
        features.WriteTo(x);
        return Sigmoid(Dot(weights, x));
    }

    internal void Learn(in HitFeatures features, bool wrong)
    {
        const int D = HitFeatures.Dimension;
        Span<double> x = stackalloc double[D];
        Span<double> spread = stackalloc double[D];
        features.WriteTo(x);

        for (var i = 0; i < D; i++)
        {
            _covariance[i * D + i] += Fading * _prior.Variance[i];
            spread[i] = Dot(_covariance.AsSpan(i * D, D), x);
        }
        var risk = Sigmoid(Dot(_weights, x));
        var curvature = risk * (1 - risk);
        var scale = 1 / (1 + curvature * Dot(spread, x));
        var error = (wrong ? 1 : 0) - risk;

        var weights = (double[])_weights.Clone();
        for (var i = 0; i < D; i++)
        {
            weights[i] += spread[i] * scale * error;
            for (var j = 0; j < D; j++)
                _covariance[i * D + j] -= curvature * scale * spread[i] * spread[j];
        }
        _weights = weights;
    }

    /// <summary>Keeps the weights and forgets how sure they were: after a drift, labels count as much as in the beginning.</summary>
    internal void Widen()
    {
        Array.Clear(_covariance);
        for (var i = 0; i < HitFeatures.Dimension; i++)
            _covariance[i * HitFeatures.Dimension + i] = _prior.Variance[i];
    }

    internal void Restore(ReadOnlySpan<double> weights, ReadOnlySpan<double> covariance)
    {
        _weights = weights.ToArray();
        covariance.CopyTo(_covariance);
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (var i = 0; i < b.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    private static double Sigmoid(double z) => 1 / (1 + Math.Exp(-Math.Clamp(z, -30, 30)));
}
