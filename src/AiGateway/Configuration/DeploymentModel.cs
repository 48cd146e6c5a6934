using AiGateway.Protocols;
using AiGateway.Protocols.Chat;

namespace AiGateway.Configuration;

/// <summary>A deployment, resolved.</summary>
internal sealed class DeploymentModel
{
    /// <summary>The id in the file.</summary>
    public required string Id { get; init; }

    /// <summary>Its provider.</summary>
    public required ProviderModel Provider { get; init; }

    /// <summary>The model name sent upstream; null when it is what the alias's <c>*</c> matched.</summary>
    public string? UpstreamModel { get; init; }

    /// <summary><see cref="UpstreamModel"/> as a JSON string with its quotes; empty when null.</summary>
    public required ReadOnlyMemory<byte> UpstreamModelJson { get; init; }

    /// <summary>The model whose price applies; null: the upstream model's.</summary>
    public string? PriceAs { get; init; }

    /// <summary>What it costs by contract, before all other prices; null: no price of its own.</summary>
    public PriceConfig? Price { get; init; }

    /// <summary>Time-outs.</summary>
    public required TimeoutsModel Timeouts { get; init; }

    /// <summary>Circuit breaker and cooldowns.</summary>
    public required BreakerModel Breaker { get; init; }

    /// <summary>Context window in tokens; null when unknown.</summary>
    public int? ContextWindow { get; init; }

    /// <summary>What its model takes, as the file says; null for what the table of capabilities knows.</summary>
    public Capabilities? Supports { get; init; }

    /// <summary>What the model takes; null when nobody knows.</summary>
    /// <param name="model">The name it is sent.</param>
    public Capabilities? CapabilitiesOf(string model) => Supports ?? (PriceAs is { } known ? ModelCapabilities.Of(known) : null) ?? ModelCapabilities.Of(model);

    /// <summary>Dialects of conversation; null where the model's name decides and is not known before the request.</summary>
    public Dialect[]? Dialects { get; init; }

    /// <summary>Operations it serves; null for all.</summary>
    public Operation[]? Operations { get; init; }

    /// <summary>What runs: health, latency, requests in flight. Survives reloads.</summary>
    public required DeploymentState State { get; init; }

    /// <summary>Dialects of conversation that a model speaks here, the one to translate to first.</summary>
    /// <param name="upstreamModel">The model name that is sent.</param>
    public Dialect[] DialectsOf(string upstreamModel) => Dialects ?? Provider.Preset.DialectsOf(upstreamModel);

    /// <summary>Whether it serves <paramref name="operation"/>.</summary>
    /// <remarks>
    /// A conversation may be asked for in any dialect where one of them is served: it is translated. Files and batches are not.
    /// Realtime sessions are served by the kinds that are known for them; for others the deployment must say so by its <c>operations</c>.
    /// </remarks>
    public bool Serves(Operation operation) => operation == Operation.Realtime
        ? Operations is null ? Provider.Preset.Realtime : Array.IndexOf(Operations, operation) >= 0
        : Serves(Operations, operation) && Serves(Provider.Preset.Operations, operation) && operation switch
        {
            Operation.Files or Operation.Batches => Array.IndexOf(Provider.Preset.Dialects, Dialect.OpenAIChat) >= 0,
            Operation.MessageFiles or Operation.MessageBatches => Array.IndexOf(Provider.Preset.Dialects, Dialect.Anthropic) >= 0,
            _ => true,
        };

    private static bool Serves(Operation[]? served, Operation operation) =>
        served is null || Array.IndexOf(served, operation) >= 0
        || (operation is Operation.Messages or Operation.CountTokens or Operation.GenerateContent && Array.IndexOf(served, Operation.ChatCompletions) >= 0);
}

/// <summary>Resolved time-outs of one attempt.</summary>
internal sealed record TimeoutsModel(TimeSpan Connect, TimeSpan FirstByte, TimeSpan Idle, TimeSpan Total);

/// <summary>Resolved breaker settings.</summary>
internal sealed record BreakerModel(double FailureRatio, int MinimumAttempts, TimeSpan Window, TimeSpan Break, TimeSpan RateLimitCooldown, TimeSpan CredentialCooldown);
