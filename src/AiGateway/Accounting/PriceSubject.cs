using AiGateway.Configuration;

namespace AiGateway.Accounting;

/// <summary>Where a model is asked for, as far as its price depends on it.</summary>
/// <param name="Provider">The provider's id, for the operator's prices.</param>
/// <param name="PricesFrom">The name its prices come from.</param>
internal sealed record PriceSubject(string Provider, string PricesFrom)
{
    /// <summary>The model whose price applies; null: the model's own.</summary>
    public string? PriceAs { get; init; }

    /// <summary>The deployment's own price or discount; null when it has none.</summary>
    public PriceConfig? Own { get; init; }

    /// <summary>A deployment.</summary>
    public static PriceSubject Of(DeploymentModel deployment) =>
        new(deployment.Provider.Id, deployment.Provider.PricesFrom) { PriceAs = deployment.PriceAs, Own = deployment.Price };
}
