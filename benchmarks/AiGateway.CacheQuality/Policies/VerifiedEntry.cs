namespace AiGateway.CacheQuality.Policies;

/// <summary>What vCache keeps of one cached text: at which similarities it was right and wrong, and the curve through them.</summary>
internal sealed class VerifiedEntry
{
    // The published start: two made-up observations, and four real ones before anything is served.
    private const int LeastObservations = 6;

    private readonly List<(double Similarity, bool Right)> _observations = [(0, false), (1, true)];
    private bool _isFitted;
    private double _slope;
    private double _middle;
    private double _variance;

    internal void Add(double similarity, bool right)
    {
        _observations.Add((similarity, right));
        _isFitted = false;
    }

    /// <summary>The chance with which the model is asked although there is a neighbour.</summary>
    internal double ExploreShare(double similarity, double bound)
    {
        if (_observations.Count < LeastObservations)
            return 1;
        if (!_isFitted)
            Fit();
        var least = 1.0;
        for (var i = 1; i <= 50; i++)
        {
            var epsilon = i / 51.0;
            var middle = Math.Clamp(_middle + NormalQuantile(1 - epsilon) * Math.Sqrt(_variance), 0, 1);
            var right = (1 - epsilon) / (1 + Math.Exp(-_slope * (similarity - middle)));
            least = Math.Min(least, 1 - bound / (1 - right));
        }
        return least;
    }

    /// <summary>Maximum likelihood of P(right) = σ(slope · (similarity − middle)), and the variance of the middle.</summary>
    private void Fit()
    {
        _isFitted = true;
        var lowestRight = _observations.Where(o => o.Right).Min(o => o.Similarity);
        var highestWrong = _observations.Where(o => !o.Right).Max(o => o.Similarity);
        // Where right and wrong do not overlap the curve has no finite slope: it is taken as steep as 40, in the middle of the gap, and
        // the variance as that of a step placed blindly in a gap that shrinks with the observations (0.035 for 6, as published).
        if (lowestRight > highestWrong)
        {
            _slope = 40;
            _middle = (lowestRight + highestWrong) / 2;
            _variance = Math.Max(0.01, 0.035 * LeastObservations / _observations.Count);
            return;
        }

        double intercept = 0, slope = 1, h00 = 1, h01 = 0, h11 = 1;
        for (var step = 0; step < 50; step++)
        {
            double g0 = 0, g1 = 0;
            (h00, h01, h11) = (1e-9, 0, 1e-9);
            foreach (var (s, right) in _observations)
            {
                var p = 1 / (1 + Math.Exp(-Math.Clamp(intercept + slope * s, -30, 30)));
                var (error, curvature) = ((right ? 1 : 0) - p, p * (1 - p));
                (g0, g1) = (g0 + error, g1 + error * s);
                (h00, h01, h11) = (h00 + curvature, h01 + curvature * s, h11 + curvature * s * s);
            }
            var determinant = h00 * h11 - h01 * h01;
            if (determinant < 1e-12)
                break;
            var (d0, d1) = ((h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant);
            intercept += Math.Clamp(d0, -5, 5);
            slope += Math.Clamp(d1, -5, 5);
            if (Math.Abs(d0) + Math.Abs(d1) < 1e-6)
                break;
        }
        _slope = Math.Max(slope, 1e-6);
        _middle = Math.Clamp(-intercept / _slope, 0, 1);
        var (q0, q1) = (-1 / _slope, intercept / (_slope * _slope));
        var det = Math.Max(h00 * h11 - h01 * h01, 1e-12);
        _variance = Math.Clamp((q0 * q0 * h11 - 2 * q0 * q1 * h01 + q1 * q1 * h00) / det, 0, 1);
    }

    /// <summary>The normal distribution's quantile, to 5·10⁻⁴ (Abramowitz and Stegun 26.2.23).</summary>
    private static double NormalQuantile(double p)
    {
        if (p < 0.5)
            return -NormalQuantile(1 - p);
        var t = Math.Sqrt(-2 * Math.Log(1 - p));
        return t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
    }
}
