namespace AiGateway.Semantics.Acceptance;

/// <summary>What the scorer believes before its first label: weights over <see cref="HitFeatures.WriteTo"/>, and how unsure they are.</summary>
/// <param name="Weights">Log-odds of a wrong hit for each feature.</param>
/// <param name="Variance">Variance of each weight.</param>
internal sealed record ScorerPrior(double[] Weights, double[] Variance)
{
    /// <summary>For any embedder: closer, without a rival and with the same words is safer; foreign, rare and moved words are riskier. Set by hand.</summary>
    internal static ScorerPrior Generic { get; } = new(
        //  1     s   s>.93 margin overlap unm. rare near order len quest. words  rival
        [0.0, -0.7, 0.0, -0.8, -0.7, 0.3, 0.1, -0.2, 0.4, 0.1, 0.3, -0.2, 2.0],
        [2.0, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.1]);
}
